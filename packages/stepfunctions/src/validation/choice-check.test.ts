import { describe, expect, test } from '@jest/globals';
import { choice, errors, jsonata, map, one, pass, schema, task } from '../testing/definitions.ts';

const ONE_KIND = 'The object must have only one of the following fields, [And, Or, Not, Variable, Condition]';
const NOT_FROM_ROOT = "Value is not a Reference Path: Reference path didn't start with '$'";
const RULE = '/States/S/Choices[0]';

describe('a rule of a Choice state', () => {
  test.each<[object, string[]]>([
    [{ Next: 'E' }, [schema(ONE_KIND, RULE)]],
    [{ Variable: '$.a', And: [{ Variable: '$.b', IsNull: true }], Next: 'E' }, [schema(ONE_KIND, RULE)]],
    [{ Or: [], Next: 'E' }, [schema('Value cannot be empty', `${RULE}/Or`)]],
    [{ Variable: 'a', IsNull: true, Next: 'E' }, [schema(NOT_FROM_ROOT, `${RULE}/Variable`)]],
    [{ Variable: '$.a', StringEqualsPath: 'b', Next: 'E' }, [schema(NOT_FROM_ROOT, `${RULE}/StringEqualsPath`)]],
  ])('%j is refused in AWS’s words', (rule, expected) => {
    expect(errors(choice(rule))).toStrictEqual(expected);
  });

  test('a Choice of JSONata without a condition and one without rules are refused', () => {
    const E = { Type: 'Succeed' };
    const machine = (Choices: readonly object[]) => ({ ...jsonata({ Type: 'Choice', Choices, Default: 'E' }) });
    const withEnd = (made: ReturnType<typeof machine>) => ({ ...made, States: { ...made.States, E } });
    expect(errors(withEnd(machine([{ Next: 'E' }])))).toStrictEqual([schema(ONE_KIND, RULE)]);
    expect(errors(withEnd(machine([])))).toStrictEqual([schema('Value cannot be empty', '/States/S/Choices')]);
  });
});

describe('a field of a state', () => {
  test.each<[string, object, string[]]>([
    [
      'a state that goes back to JSONPath is refused for that alone',
      jsonata({ ...pass, QueryLanguage: 'JSONPath', Output: 1 }),
      [schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", '/States/S')],
    ],
    [
      'and for what is wrong in either language',
      jsonata({ ...map, QueryLanguage: 'JSONPath', MaxConcurrency: -1 }),
      [
        schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", '/States/S'),
        schema('Minimum value is 0', '/States/S/MaxConcurrency'),
      ],
    ],
    [
      'a query language that is no text',
      { ...one(pass), QueryLanguage: 5 },
      [schema('Expected value of type [STRING]', '/QueryLanguage')],
    ],
    [
      'a jitter strategy that is none',
      one({ ...task, Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'SOME' }] }),
      [schema('Value should be one of the following: [NONE, FULL]', '/States/S/Retry[0]/JitterStrategy')],
    ],
    [
      'an end that is false is no end',
      one({ Type: 'Pass', End: false }),
      [schema('This object should have only one of the following fields: [Next, End]', '/States/S')],
    ],
    [
      'an expression that is not closed',
      jsonata({ ...pass, Output: { a: ['{% 1'] } }),
      [schema('JSONata string must start with {% and end with %}', '/States/S/Output/a[0]')],
    ],
    ['no pause before a retry', one({ ...task, Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 0 }] }), []],
    ['a pause of a leap year', one({ ...task, Retry: [{ ErrorEquals: ['A'], MaxDelaySeconds: 31_622_400 }] }), []],
    ['no time limit of the machine', { ...one(pass), TimeoutSeconds: 0 }, []],
  ])('%s', (_name, machine, expected) => {
    expect(errors(machine)).toStrictEqual(expected);
  });
});
