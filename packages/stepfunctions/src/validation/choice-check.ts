import { literalTests, valueTests } from '../language/comparison.ts';
import type { Json } from '../language/json.ts';
import { checkObject, type Field, type FieldSubject, type Fields } from './field.ts';
import { assign, checkTimestamp, isExpression, jsonataTemplate, path, text, truth } from './field-checks.ts';
import { checkJsonataValue } from './jsonata-check.ts';

const NOT_FROM_ROOT = { refusal: "Value is not a Reference Path: Reference path didn't start with '$'" };

/** What a rule compares or combines; it has one of these. */
const KINDS = ['And', 'Or', 'Not', 'Variable', 'Condition'];

const timestamp: Field = { check: checkTimestamp };

const number: Field = {
  check: ({ value, location, findings }) => {
    if (typeof value !== 'number') {
      findings.schema('Expected value of type Number', location);
    }
  },
};

const condition: Field = {
  language: 'JSONata',
  check: (subject) => {
    if (isExpression(subject.value)) {
      checkJsonataValue(subject);
    } else if (typeof subject.value !== 'boolean') {
      subject.findings.schema('Expected a JSONata expression or a value of type Boolean', subject.location);
    }
  },
};

function operand(comparator: string): Field {
  if (comparator.startsWith('String')) {
    return text;
  }
  if (comparator.startsWith('Numeric')) {
    return number;
  }
  return comparator.startsWith('Timestamp') ? timestamp : truth;
}

const comparators: Fields = Object.fromEntries([
  ...[...valueTests.keys(), ...literalTests.keys(), 'IsPresent'].map(
    (name) => [name, { ...operand(name), language: 'JSONPath' }] as const,
  ),
  ...[...valueTests.keys()].map((name) => [`${name}Path`, path(NOT_FROM_ROOT)] as const),
]);

const comparisonFields: Fields = {
  Variable: path(NOT_FROM_ROOT),
  And: { language: 'JSONPath', check: (subject) => checkNestedRules(subject) },
  Or: { language: 'JSONPath', check: (subject) => checkNestedRules(subject) },
  Not: { language: 'JSONPath', check: (subject) => checkNestedRule(subject) },
  ...comparators,
};

const ruleFields: Fields = {
  ...comparisonFields,
  Comment: text,
  Condition: condition,
  Next: text,
  Assign: assign,
  Output: jsonataTemplate,
};

/** `Choices` of a Choice state. */
export const choices: Field = {
  check: (subject) => {
    forEachRule(subject, (rule) => {
      if (checkObject(rule, ruleFields, ['Next']) !== undefined) {
        checkComparison(rule);
      }
    });
  },
};

function checkNestedRules(subject: FieldSubject): void {
  forEachRule(subject, checkNestedRule);
}

function checkNestedRule(subject: FieldSubject): void {
  if (checkObject(subject, { ...comparisonFields, Comment: text }) !== undefined) {
    checkComparison(subject);
  }
}

function forEachRule(subject: FieldSubject, check: (rule: FieldSubject) => void): void {
  const { value, location, findings } = subject;
  if (!Array.isArray(value) || value.length === 0) {
    findings.schema(Array.isArray(value) ? 'Value cannot be empty' : 'Expected value of type Array', location);
    return;
  }
  for (const [at, rule] of value.entries()) {
    check({ ...subject, value: rule, location: `${location}[${at}]` });
  }
}

function checkComparison({ value, location, findings }: FieldSubject): void {
  const rule = value as { readonly [name: string]: Json };
  const kinds = KINDS.filter((kind) => Object.hasOwn(rule, kind));
  if (kinds.length !== 1) {
    findings.schema(`The object must have only one of the following fields, [${KINDS.join(', ')}]`, location);
  }
  if (kinds[0] !== 'Variable') {
    return;
  }
  const used = Object.keys(rule).filter((name) => Object.hasOwn(comparators, name));
  if (used.length !== 1) {
    findings.schema('There should be exactly one comparison operator', location);
  }
}
