import { isJsonObject, type Json } from '../language/json.ts';
import { checkObject, type Field, type FieldSubject, type Fields } from './field.ts';
import { assign, jsonataTemplate, literalNumber, path, text, word } from './field-checks.ts';

const MOST_SECONDS = 99_999_999;
/** A leap year. */
const MOST_DELAY_SECONDS = 31_622_400;
const MISPLACED_ALL = 'States.ALL must appear alone and at end of list';

const errorEquals: Field = {
  check: ({ value, location, findings }) => {
    if (!Array.isArray(value)) {
      findings.schema('Expected value of type Array', location);
    } else if (value.length === 0) {
      findings.schema('Value cannot be empty', location);
    } else if (!value.every((name) => typeof name === 'string')) {
      findings.schema('Expected value of type String', location);
    } else if (value.includes('States.ALL') && value.length > 1) {
      findings.schema(MISPLACED_ALL, location);
    }
  },
};

const retrierFields: Fields = {
  Comment: text,
  ErrorEquals: errorEquals,
  IntervalSeconds: literalNumber({ least: 0, most: MOST_SECONDS }),
  MaxAttempts: literalNumber({ least: 0, most: MOST_SECONDS }),
  BackoffRate: literalNumber({ least: 1, fraction: true }),
  MaxDelaySeconds: literalNumber({ least: 1, most: MOST_DELAY_SECONDS }),
  JitterStrategy: word('NONE', 'FULL'),
};

const catcherFields: Fields = {
  Comment: text,
  ErrorEquals: errorEquals,
  Next: text,
  ResultPath: path({ nullable: true, reference: true }),
  Output: jsonataTemplate,
  Assign: assign,
};

export const retry: Field = { check: (subject) => checkEntries(subject, retrierFields, ['ErrorEquals']) };
export const caught: Field = { check: (subject) => checkEntries(subject, catcherFields, ['ErrorEquals', 'Next']) };

function checkEntries(subject: FieldSubject, fields: Fields, required: readonly string[]): void {
  const { value, location, findings } = subject;
  if (!Array.isArray(value)) {
    findings.schema('Expected value of type Array', location);
    return;
  }
  for (const [at, entry] of value.entries()) {
    const place = `${location}[${at}]`;
    checkObject({ ...subject, value: entry, location: place }, fields, required);
    if (catchesOnlyAll(entry) && at < value.length - 1) {
      findings.schema(MISPLACED_ALL, `${place}/ErrorEquals`);
    }
  }
}

function catchesOnlyAll(entry: Json): boolean {
  const errors = isJsonObject(entry) ? entry.ErrorEquals : undefined;
  return Array.isArray(errors) && errors.length === 1 && errors[0] === 'States.ALL';
}
