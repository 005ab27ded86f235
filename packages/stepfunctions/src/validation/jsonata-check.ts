import type { Json } from '../language/json.ts';
import { compileJsonata, JsonataSyntaxError } from '../language/jsonata/expression.ts';
import { jsonataExpression } from '../language/jsonata.ts';
import { below, type FieldSubject } from './field.ts';
import { type JsonataReferences, jsonataReferences } from './jsonata-analysis.ts';

/** Only a Catcher's fields may read `$states.errorOutput`. */
const CATCHER = /\/Catch\[\d+\]\//;

/** Checks every expression in a value of a JSONata state. */
export function checkJsonataValue(subject: FieldSubject): void {
  const { value, location } = subject;
  if (typeof value === 'string') {
    const expression = jsonataExpression(value);
    if (expression !== undefined) {
      checkExpression(expression, subject);
    } else if (value.startsWith('{%') && !value.endsWith('%}')) {
      subject.findings.schema('JSONata string must start with {% and end with %}', location);
    }
    return;
  }
  if (typeof value !== 'object' || value === null) {
    return;
  }
  const inner: readonly (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((element, at) => [`${location}[${at}]`, element] as const)
    : Object.entries(value).map(([name, member]) => [below(location, name), member] as const);
  for (const [place, member] of inner) {
    checkJsonataValue({ ...subject, value: member, location: place });
  }
}

function checkExpression(expression: string, { location, findings }: FieldSubject): void {
  let references: JsonataReferences;
  try {
    references = jsonataReferences(compileJsonata(expression).expression);
  } catch (error) {
    if (!(error instanceof JsonataSyntaxError)) {
      throw error;
    }
    findings.error('INVALID_JSONATA_EXPRESSION', error.message, location);
    return;
  }
  const unsupported = (message: string) => findings.error('UNSUPPORTED_JSONATA_EXPRESSION', message, location);
  for (const name of references.topLevel) {
    unsupported(`Reference to '${name}' at the top level is not supported.`);
  }
  if (references.root) {
    unsupported("Reference to '$$' is not supported.");
  }
  if (references.states.has('errorOutput') && !CATCHER.test(location)) {
    unsupported("Reference to '$states.errorOutput' is only supported in the fields of a Catcher.");
  }
}
