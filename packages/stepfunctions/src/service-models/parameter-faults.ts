import { isNumber, nearestNumber } from '../language/exact-number.ts';
import { isJsonObject, type Json } from '../language/json.ts';
import { isIntrinsic, isPath } from '../language/jsonpath/syntax.ts';
import type { Shape, SimpleType } from './service-model.ts';

const DYNAMIC = '.$';

/** How the members of parameters may be written. */
export interface ParameterNotation {
  /** Whether a member `"name.$"` stands for `"name"` with a value that is not known yet. */
  readonly paths: boolean;
  /** Whether a text is an expression whose value is not known yet. */
  readonly isExpression: (text: string) => boolean;
  /** Whether a text may stand for one of DynamoDB's attribute values, as in its optimized integrations. */
  readonly textAttributes: boolean;
}

/** What is wrong with the parameters of an integration, in AWS's words. A null counts as absent. */
export function parameterFaults(parameters: Json, input: Shape, notation: ParameterNotation): readonly string[] {
  const faults: string[] = [];
  check(parameters, input, 'Parameters', notation, faults);
  return faults;
}

/**
 * What is wrong with parameters whose paths have been resolved.
 *
 * @param template what they came from, where that has paths. A member of it that ends in `.$` twice leaves one behind.
 */
export function resolvedParameterFaults(
  parameters: Json,
  input: Shape,
  { template, textAttributes }: { readonly template: Json | undefined; readonly textAttributes: boolean },
): readonly string[] {
  const faults: string[] = [];
  checkLeftPaths(template, parameters, faults);
  if (faults.length === 0) {
    check(parameters, input, 'Parameters', textAttributes ? RESOLVED_WITH_TEXT : RESOLVED, faults);
  }
  return faults;
}

const RESOLVED: ParameterNotation = { paths: false, isExpression: () => false, textAttributes: false };
const RESOLVED_WITH_TEXT: ParameterNotation = { ...RESOLVED, textAttributes: true };

/** Only the template's own members count. Data that a path selected may have any names. */
function checkLeftPaths(template: Json | undefined, resolved: Json | undefined, faults: string[]): void {
  if (Array.isArray(template) && Array.isArray(resolved)) {
    for (const [at, element] of (template as readonly Json[]).entries()) {
      checkLeftPaths(element, resolved[at], faults);
    }
    return;
  }
  if (!isJsonObject(template) || !isJsonObject(resolved)) {
    return;
  }
  for (const written in template) {
    const isDynamic = written.endsWith(DYNAMIC);
    const name = isDynamic ? written.slice(0, -DYNAMIC.length) : written;
    const inner = resolved[name] ?? null;
    if (!isDynamic) {
      checkLeftPaths(template[written], inner, faults);
    } else if (name.endsWith(DYNAMIC) && !(typeof inner === 'string' && (isPath(inner) || isIntrinsic(inner)))) {
      faults.push(`The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`);
    }
  }
}

function check(value: Json, shape: Shape, field: string, notation: ParameterNotation, faults: string[]): void {
  if (value === null || (typeof value === 'string' && notation.isExpression(value))) {
    return;
  }
  switch (shape.kind) {
    case 'ANY':
      return;
    case 'ENUM':
    case 'SIMPLE': {
      const type = shape.kind === 'ENUM' ? 'string' : shape.type;
      if (!fits(value, type)) {
        faults.push(`The value for the field '${field}' must be ${TYPE_WORDS[type]}`);
      }
      return;
    }
    case 'LIST':
      if (!Array.isArray(value)) {
        faults.push(`The value for the field '${field}' must be an ARRAY`);
        return;
      }
      for (const element of value as readonly Json[]) {
        check(element, shape.element(), field, notation, faults);
      }
      return;
    case 'MAP':
    case 'STRUCTURE':
      checkObject(value, shape, field, notation, faults);
  }
}

function checkObject(
  value: Json,
  shape: Shape & { readonly kind: 'MAP' | 'STRUCTURE' },
  field: string,
  notation: ParameterNotation,
  faults: string[],
): void {
  if (!isJsonObject(value)) {
    const isAttribute = shape.kind === 'STRUCTURE' && shape.name === 'AttributeValue';
    if (!(notation.textAttributes && isAttribute && typeof value === 'string')) {
      faults.push(`The value for the field '${field}' must be an OBJECT`);
    }
    return;
  }
  for (const written in value) {
    const inner = value[written] ?? null;
    const dynamic = notation.paths && written.endsWith(DYNAMIC);
    const name = dynamic ? written.slice(0, -DYNAMIC.length) : written;
    const member = shape.kind === 'MAP' ? shape.value : shape.members.get(name)?.shape;
    if (member === undefined) {
      faults.push(`The field "${name}" is not supported by Step Functions`);
    } else if (!dynamic) {
      check(inner, member(), name, notation, faults);
    }
  }
}

/** Each simple type as AWS names it. */
const TYPE_WORDS: { readonly [type in SimpleType]: string } = {
  string: 'a STRING',
  timestamp: 'a STRING',
  blob: 'a STRING',
  integer: 'an INTEGER',
  long: 'an INTEGER',
  float: 'a NUMBER',
  double: 'a NUMBER',
  boolean: 'a BOOLEAN',
};

/** Objects and arrays given for text are written as JSON. */
function fits(value: Json, type: SimpleType): boolean {
  switch (type) {
    case 'string':
    case 'timestamp':
    case 'blob':
      return typeof value === 'string' || (typeof value === 'object' && !isNumber(value));
    case 'integer':
    case 'long':
      return isNumber(value) && Number.isInteger(nearestNumber(value));
    case 'float':
    case 'double':
      return isNumber(value);
    case 'boolean':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
  }
}
