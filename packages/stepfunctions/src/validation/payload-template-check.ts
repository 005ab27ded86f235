import type { Json } from '../language/json.ts';
import { isIntrinsic, isPath } from '../language/jsonpath/syntax.ts';
import { below, type FieldSubject } from './field.ts';

/** Checks the paths and intrinsic functions of a payload template. */
export function checkPayloadTemplate(subject: FieldSubject): void {
  const { value, location } = subject;
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if (Array.isArray(value)) {
    for (const [at, element] of value.entries()) {
      checkPayloadTemplate({ ...subject, value: element, location: `${location}[${at}]` });
    }
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (name.endsWith('.$')) {
      checkReference(name, member, subject);
    } else if (typeof member === 'string') {
      checkConstant(name, member, subject);
    } else {
      checkPayloadTemplate({ ...subject, value: member, location: below(location, name) });
    }
  }
}

function checkReference(name: string, member: Json, { location, findings }: FieldSubject): void {
  if (typeof member === 'string' && (isPath(member) || isIntrinsic(member))) {
    return;
  }
  findings.schema(
    `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`,
    location,
  );
}

function checkConstant(name: string, member: string, { location, findings }: FieldSubject): void {
  const dynamic = /^\$\$?[.[]/.test(member) ? isPath(member) : member.startsWith('States.') && isIntrinsic(member);
  if (!dynamic) {
    return;
  }
  findings.warning(
    'NO_DOLLAR',
    `The field '${name}' looks like a JSONPath or an intrinsic function, but its name does not end with '.$'`,
    below(location, name),
  );
}
