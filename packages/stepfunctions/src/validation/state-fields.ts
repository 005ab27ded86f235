import { choices } from './choice-check.ts';
import type { Field, Fields } from './field.ts';
import {
  anything,
  assign,
  checkTimestamp,
  comment,
  isExpression,
  jsonataTemplate,
  jsonPathTemplate,
  path,
  template,
  text,
  textOrExpression,
  truth,
  word,
} from './field-checks.ts';
import { checkJsonataValue } from './jsonata-check.ts';
import { itemBatcher, itemReader, items, label, resultWriter, withPath } from './map-fields.ts';
import { checkResource } from './resource-check.ts';
import { caught, retry } from './retry-catch-check.ts';

const MOST_SECONDS = 99_999_999;

/** The state types, in the order in which AWS lists them. */
export const STATE_TYPES = ['Task', 'Wait', 'Pass', 'Succeed', 'Fail', 'Choice', 'Parallel', 'Map'] as const;
export type StateType = (typeof STATE_TYPES)[number];

/** The allowed and required fields of a state type. */
export interface StateShape {
  readonly fields: Fields;
  readonly required?: readonly string[];
  /** Groups of fields that exclude each other. */
  readonly exclusive?: readonly (readonly string[])[];
  /** Groups of fields; each group needs at least one. */
  readonly oneOf?: readonly (readonly string[])[];
}

const timestamp: Field = {
  check: (subject) => {
    if (subject.language === 'JSONata' && isExpression(subject.value)) {
      checkJsonataValue(subject);
    } else {
      checkTimestamp(subject);
    }
  },
};

const credentials: Field = {
  check: (subject) => {
    const { value, location, findings } = subject;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      findings.schema('Expected value of type Object', location);
    } else if (!('RoleArn' in value || 'RoleArn.$' in value)) {
      findings.schema("The field 'RoleArn' is required but was missing", location);
    } else {
      template.check(subject);
    }
  },
};

const common: Fields = { Type: anything, Comment: comment, QueryLanguage: word('JSONPath', 'JSONata') };
const inputAndOutput: Fields = {
  InputPath: path({ nullable: true }),
  OutputPath: path({ nullable: true }),
  Output: jsonataTemplate,
};
const assigning: Fields = { Assign: assign };
const transition: Fields = { Next: text, End: truth };
const resultPath: Fields = { ResultPath: path({ nullable: true, reference: true }) };
const result: Fields = { ...resultPath, ResultSelector: jsonPathTemplate };
const errors: Fields = { Retry: retry, Catch: caught };
const everyStep: Fields = { ...common, ...inputAndOutput, ...assigning, ...transition };
const NEXT_OR_END = ['Next', 'End'];
const WAITS = ['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp'];

/** Nested containers are checked apart. */
const container = anything;

function seconds(least: number, name: string): Fields {
  return withPath(name, { least, most: MOST_SECONDS });
}

export const stateShapes: { readonly [T in StateType]: StateShape } = {
  Pass: {
    fields: {
      ...everyStep,
      ...resultPath,
      Result: { ...anything, language: 'JSONPath' },
      Parameters: jsonPathTemplate,
    },
    oneOf: [NEXT_OR_END],
    exclusive: [NEXT_OR_END],
  },
  Task: {
    fields: {
      ...everyStep,
      ...result,
      ...errors,
      ...seconds(1, 'TimeoutSeconds'),
      ...seconds(1, 'HeartbeatSeconds'),
      Resource: { check: checkResource },
      Parameters: jsonPathTemplate,
      Arguments: jsonataTemplate,
      Credentials: credentials,
    },
    required: ['Resource'],
    oneOf: [NEXT_OR_END],
    exclusive: [NEXT_OR_END, ['TimeoutSeconds', 'TimeoutSecondsPath'], ['HeartbeatSeconds', 'HeartbeatSecondsPath']],
  },
  Wait: {
    fields: { ...everyStep, ...seconds(0, 'Seconds'), Timestamp: timestamp, TimestampPath: path({ reference: true }) },
    oneOf: [NEXT_OR_END, WAITS],
    exclusive: [NEXT_OR_END, WAITS],
  },
  Succeed: { fields: { ...common, ...inputAndOutput } },
  Fail: {
    fields: {
      ...common,
      Error: textOrExpression,
      Cause: textOrExpression,
      ErrorPath: path({ intrinsic: true }),
      CausePath: path({ intrinsic: true }),
    },
    exclusive: [
      ['Error', 'ErrorPath'],
      ['Cause', 'CausePath'],
    ],
  },
  Choice: {
    fields: { ...common, ...inputAndOutput, ...assigning, Choices: choices, Default: text },
    required: ['Choices'],
  },
  Parallel: {
    fields: {
      ...everyStep,
      ...result,
      ...errors,
      Branches: container,
      Parameters: jsonPathTemplate,
      Arguments: jsonataTemplate,
    },
    required: ['Branches'],
    oneOf: [NEXT_OR_END],
    exclusive: [NEXT_OR_END],
  },
  Map: {
    fields: {
      ...everyStep,
      ...result,
      ...errors,
      ...withPath('MaxConcurrency', { least: 0 }),
      ...withPath('ToleratedFailureCount', { least: 0 }),
      ...withPath('ToleratedFailurePercentage', { least: 0, most: 100, fraction: true }),
      ItemProcessor: container,
      Iterator: container,
      ItemsPath: path(),
      Items: items,
      ItemSelector: template,
      Parameters: jsonPathTemplate,
      Label: label,
      ItemReader: itemReader,
      ItemBatcher: itemBatcher,
      ResultWriter: resultWriter,
    },
    oneOf: [NEXT_OR_END, ['ItemProcessor', 'Iterator']],
    exclusive: [
      NEXT_OR_END,
      ['ItemProcessor', 'Iterator'],
      ['ItemSelector', 'Parameters'],
      ...['MaxConcurrency', 'ToleratedFailureCount', 'ToleratedFailurePercentage'].map((name) => [name, `${name}Path`]),
    ],
  },
};
