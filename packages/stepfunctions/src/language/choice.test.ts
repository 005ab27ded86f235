import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluateChoice } from './choice.ts';
import type { ChoiceRule } from './choice-rule.ts';
import { matchesWildcard } from './comparison.ts';
import type { ChoiceState } from './definition.ts';
import type { Json } from './json.ts';
import type { Scope } from './scope.ts';
import { StatesError } from './states-error.ts';

function scope(input: Json): Scope {
  return { input, context: { Execution: { Name: 'run' } }, variables: { limit: 10 }, at: 0, entropy: 'ab'.repeat(16) };
}

async function chosen(rules: readonly object[], input: Json): Promise<number | undefined> {
  const Choices = rules.map((rule) => ({ ...rule, Next: 'X' })) as unknown as ChoiceRule[];
  const state: ChoiceState = { Type: 'Choice', QueryLanguage: 'JSONPath', Choices };
  return (await evaluateChoice(state, 'Check', scope(input)))?.index;
}

async function holds(rule: object, value: Json) {
  return (await chosen([{ Variable: '$.v', ...rule }], { v: value })) === 0;
}

describe('a comparator of a Choice rule', () => {
  test.each<[object, Json, boolean]>([
    [{ StringEquals: 'a' }, 'a', true],
    [{ StringEquals: '1' }, 1, false],
    [{ StringLessThan: 'b' }, 'a', true],
    [{ StringLessThan: 'a' }, 'B', true],
    [{ StringGreaterThan: 'a' }, 'ab', true],
    [{ StringLessThanEquals: 'a' }, 'a', true],
    [{ StringGreaterThanEquals: 'b' }, 'a', false],
    [{ NumericEquals: 1 }, 1.0, true],
    [{ NumericEquals: 1 }, '1', false],
    [{ NumericLessThan: 2 }, 1.5, true],
    [{ NumericGreaterThan: 2 }, 2, false],
    [{ NumericLessThanEquals: 2 }, 2, true],
    [{ NumericGreaterThanEquals: 2 }, 2, true],
    [{ BooleanEquals: false }, false, true],
    [{ BooleanEquals: false }, null, false],
    [{ TimestampEquals: '2026-01-01T01:00:00+01:00' }, '2026-01-01T00:00:00Z', true],
    [{ TimestampLessThan: '2026-01-01T00:00:00.001Z' }, '2026-01-01T00:00:00Z', true],
    [{ TimestampGreaterThan: '2026-01-01T00:00:00Z' }, 'today', false],
    [{ TimestampLessThanEquals: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00Z', true],
    [{ TimestampGreaterThanEquals: '2026-01-02T00:00:00Z' }, '2026-01-01T00:00:00Z', false],
    [{ StringMatches: 'log-*.txt' }, 'log-1.txt', true],
    [{ StringMatches: 'log-*.txt' }, 5, false],
    [{ IsNull: true }, null, true],
    [{ IsNull: false }, 0, true],
    [{ IsNumeric: true }, 0, true],
    [{ IsNumeric: false }, '0', true],
    [{ IsString: true }, '', true],
    [{ IsBoolean: true }, 0, false],
    [{ IsTimestamp: true }, '2026-01-01T00:00:00Z', true],
    [{ IsTimestamp: true }, '2026-02-30T00:00:00Z', false],
    [{ IsTimestamp: true }, '2026-01-01T00:00:00', false],
    [{ IsTimestamp: false }, 5, true],
    [{ IsPresent: true }, null, true],
    [{ Variable: '$.v[0]', IsPresent: true }, [], false],
    [{ Variable: '$.v[0]', IsPresent: false }, [], true],
    [{ Variable: '$.v[-2]', IsPresent: true }, [1], false],
    [{ Variable: '$.v[1][0]', IsPresent: true }, [1, []], false],
    [{ Variable: '$.v[0]', IsPresent: true }, [null], true],
    [{ Variable: '$.v[-1]', IsPresent: true }, [1, 2], false],
    [{ Variable: '$.v[(@.length-1)]', IsPresent: true }, [1, 2], true],
    [{ Variable: '$.v[0]', IsNull: true }, [], true],
    [{ Variable: '$.v[0]', NumericEquals: 1 }, [], false],
    [{ NumericLessThanPath: '$limit' }, 9, true],
    [{ StringEqualsPath: '$$.Execution.Name' }, 'run', true],
    [{ NumericEqualsPath: '$.v' }, 'x', false],
  ])('the rule %j for the input %j gives %s', async (rule, value, expected) => {
    await expect(holds(rule, value)).resolves.toBe(expected);
  });

  test('every order is the one of its operator', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 }), async (left, right) => {
        const results = await Promise.all(
          ['Equals', 'LessThan', 'GreaterThan', 'LessThanEquals', 'GreaterThanEquals'].map((order) =>
            holds({ [`Numeric${order}`]: right }, left),
          ),
        );
        expect(results).toStrictEqual([left === right, left < right, left > right, left <= right, left >= right]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('rules of a Choice state', () => {
  test('And, Or and Not combine; the first rule that holds wins', async () => {
    const small = { Variable: '$.v', NumericLessThan: 5 };
    const even = { Variable: '$.even', BooleanEquals: true };
    const rules = [{ And: [small, even] }, { Not: { Or: [small, even] } }, { Or: [small, { Not: even }] }];
    await expect(chosen(rules, { v: 2, even: true })).resolves.toBe(0);
    await expect(chosen(rules, { v: 9, even: false })).resolves.toBe(1);
    await expect(chosen(rules, { v: 1, even: false })).resolves.toBe(2);
    await expect(chosen(rules, { v: 8, even: true })).resolves.toBeUndefined();
  });

  test('a variable that is not there fails the state unless the rule asks just that', async () => {
    await expect(chosen([{ Variable: '$.x', IsPresent: false }], {})).resolves.toBe(0);
    const guarded = {
      And: [
        { Variable: '$.x', IsPresent: true },
        { Variable: '$.x', NumericEquals: 1 },
      ],
    };
    await expect(chosen([guarded], {})).resolves.toBeUndefined();
    const failing = chosen([{ Variable: '$.x', IsNull: true }], {});
    await expect(failing).rejects.toThrow(StatesError);
    await expect(failing).rejects.toThrow(
      "Invalid path '$.x': The choice state's condition path references an invalid value.",
    );
  });

  test('a JSONata condition must be a boolean', async () => {
    await expect(chosen([{ Condition: '{% $states.input.v > 1 %}' }, { Condition: true }], { v: 2 })).resolves.toBe(0);
    await expect(chosen([{ Condition: '{% $states.input.v > 1 %}' }, { Condition: true }], { v: 1 })).resolves.toBe(1);
    const failing = chosen([{ Condition: false }, { Condition: '{% $states.input.v %}' }], { v: 2 });
    await expect(failing).rejects.toThrow(
      "The JSONata expression '$states.input.v' specified for the field 'Choices[1]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 2",
    );
  });
});

describe('StringMatches', () => {
  test.each([
    ['', '', true],
    ['', '*', true],
    ['abc', 'a*c', true],
    ['ac', 'a*c', true],
    ['a', 'a*a', false],
    ['aXbXc', 'a*b*c', true],
    ['acb', 'a*b*c', false],
    ['a*c', 'a\\*c', true],
    ['abc', 'a\\*c', false],
    ['a\\c', 'a\\\\c', true],
    ['A', 'a', false],
  ])('%s matches the wildcard pattern %s: %s', (text, pattern, expected) => {
    expect(matchesWildcard(text, pattern)).toBe(expected);
  });

  test('agree with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
    fc.assert(
      fc.property(letters, pattern, (text, wild) => {
        expect(matchesWildcard(text, wild)).toBe(new RegExp(`^${wild.replaceAll('*', '.*')}$`).test(text));
      }),
    );
  });
});
