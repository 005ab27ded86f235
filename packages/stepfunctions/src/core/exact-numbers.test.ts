import { describe, expect, test } from '@jest/globals';
import { parseJson } from '../language/exact-number.ts';
import type { JsonObject } from '../language/json.ts';
import { machine, map, pass, ScriptedRun, startTask, task } from './testing/scripted-run.ts';

const INPUT = '{"id":9007199254740993,"k":1.0,"list":[1234567890123456789,2.0],"text":"{\\"n\\":9223372036854775807}"}';

/** The output of a machine as text. */
async function outputOf(definition: JsonObject, input = INPUT): Promise<string | undefined> {
  const run = await ScriptedRun.start(definition, { input: parseJson(input) });
  return run.execution.output ?? `${run.execution.error}: ${run.execution.cause}`;
}

const jsonata = { QueryLanguage: 'JSONata' };

describe('numbers that JavaScript would change reach the output as they came in', () => {
  test.each<[string, JsonObject, string]>([
    ['a Pass state', pass(), INPUT],
    ['Parameters', pass({ Parameters: { 'a.$': '$.id', 'b.$': '$.k', c: 1 } }), '{"a":9007199254740993,"b":1.0,"c":1}'],
    ['Result', pass({ Result: { a: '@1.0@', b: '@9007199254740993@' } }), '{"a":1.0,"b":9007199254740993}'],
    [
      'ResultPath',
      pass({ Parameters: { 'r.$': '$.k' }, ResultPath: '$.list[1]', OutputPath: '$.list' }),
      '[1234567890123456789,{"r":1.0}]',
    ],
    ['an index', pass({ Parameters: { 'a.$': '$.list[0]' } }), '{"a":1234567890123456789}'],
    ['a wildcard', pass({ Parameters: { 'a.$': '$.list[*]' } }), '{"a":[1234567890123456789,2.0]}'],
    ['a filter', pass({ Parameters: { 'a.$': '$.list[?(@ == 1234567890123456789)]' } }), '{"a":[1234567890123456789]}'],
    ['States.Array', pass({ Parameters: { 'a.$': 'States.Array($.id, $.k)' } }), '{"a":[9007199254740993,1.0]}'],
    [
      'States.Format',
      pass({ Parameters: { 'a.$': "States.Format('{} {}', $.id, $.k)" } }),
      '{"a":"9007199254740993 1.0"}',
    ],
    [
      'States.StringToJson',
      pass({ Parameters: { 'a.$': 'States.StringToJson($.text)' } }),
      '{"a":{"n":9223372036854775807}}',
    ],
    [
      'States.JsonToString',
      pass({ Parameters: { 'a.$': 'States.JsonToString($.list)' } }),
      '{"a":"[1234567890123456789,2.0]"}',
    ],
    [
      'States.ArrayContains',
      pass({ Parameters: { 'a.$': 'States.ArrayContains($.list, 1234567890123456788)' } }),
      '{"a":false}',
    ],
    ['a JSONata state', pass(jsonata), INPUT],
    [
      'a reference',
      pass({ ...jsonata, Output: { a: '{% $states.input.id %}', b: '{% $states.input.k %}' } }),
      '{"a":9007199254740993,"b":1.0}',
    ],
    [
      'an expression that passes an object on',
      pass({ ...jsonata, Output: '{% $merge([$states.input.list ~> $count() = 2 ? {"in": $states.input}]) %}' }),
      `{"in":${INPUT}}`,
    ],
    [
      'an expression with a large number',
      pass({ ...jsonata, Output: '{% {"a": $states.input.list[0], "b": 1 + 1} %}' }),
      '{"a":1234567890123456789,"b":2}',
    ],
    ['$parse', pass({ ...jsonata, Output: '{% $parse($states.input.text).n %}' }), '9223372036854775807'],
    ['Output', pass({ ...jsonata, Output: { a: '@1.0@' } }), '{"a":1.0}'],
  ])('%s', async (_name, state, expected) => {
    const definition = machine({ P: state });
    expect(await outputOf(exactly(definition))).toBe(expected);
  });

  test('variables', async () => {
    const assign = pass({ Assign: { 'v.$': '$.id' }, Next: 'Read' });
    expect(await outputOf(machine({ Set: assign, Read: pass({ Parameters: { 'a.$': '$v' } }) }))).toBe(
      '{"a":9007199254740993}',
    );
  });

  test('a Map state', async () => {
    const each = map({ ItemsPath: '$.list' }, machine({ I: pass() }));
    expect(await outputOf(machine({ M: each }))).toBe('[1234567890123456789,2.0]');
  });

  test('a task’s input and result, also after the execution was stored', async () => {
    const run = await startTask({}, { input: parseJson(INPUT) });
    expect(JSON.stringify(run.tasks[0]?.input)).toBe(INPUT);
    run.execution = parseJson(JSON.stringify(run.execution)) as unknown as typeof run.execution;
    await run.succeed(parseJson('[1.0,9007199254740993]'));
    expect(run.execution.output).toBe('[1.0,9007199254740993]');
    const entered = run.history.find(({ type }) => type === 'TaskStateEntered');
    expect(entered).toMatchObject({ stateEnteredEventDetails: { input: INPUT } });
  });
});

describe('numbers that share a JavaScript number in a JSONata expression', () => {
  const odd = '{"a":9007199254740993,"b":9007199254740992}';
  const even = '{"a":9007199254740992,"b":9007199254740993}';
  const exponent = '{"a":10000000000000000001,"b":10000000000000000000.0}';
  test.each([
    ['the first is not taken for the last', '{"a": $states.input.a, "n": 1 + 1}', even, '{"a":9007199254740992,"n":2}'],
    ['the last is not taken for the first', '{"b": $states.input.b, "n": 1 + 1}', odd, '{"b":9007199254740992,"n":2}'],
    ['one with an exponent counts', '{"b": $states.input.b, "n": 1 + 1}', exponent, '{"b":10000000000000000000,"n":2}'],
    ['an object that is passed on keeps them', '{"in": $states.input, "n": 1 + 1}', odd, `{"in":${odd},"n":2}`],
    ['a plain reference keeps them', '$states.input.a', odd, '9007199254740993'],
  ])('%s', async (_name, expression, input, expected) => {
    const state = pass({ ...jsonata, Output: `{% ${expression} %}` });
    expect(await outputOf(machine({ P: state }), input)).toBe(expected);
  });
});

describe('a Choice state', () => {
  test.each<[string, JsonObject, boolean]>([
    ['a large number equals itself', { NumericEquals: '@9007199254740993@' }, true],
    ['a large number is not its neighbour', { NumericEquals: '@9007199254740992@' }, false],
    ['a large number is greater than its neighbour', { NumericGreaterThan: '@9007199254740992@' }, true],
    ['a large number is a number', { IsNumeric: true }, true],
  ])('%s', async (_name, comparison, matches) => {
    const choice = { Type: 'Choice', Choices: [{ Variable: '$.id', ...comparison, Next: 'Yes' }], Default: 'No' };
    const states = { C: choice, Yes: pass({ Result: true }), No: pass({ Result: false }) };
    expect(await outputOf(exactly(machine(states)))).toBe(String(matches));
  });

  test('one equals 1.0', async () => {
    const choice = { Type: 'Choice', Choices: [{ Variable: '$.k', NumericEquals: 1, Next: 'Yes' }] };
    expect(await outputOf(machine({ C: choice, Yes: pass({ Result: 'equal' }) }))).toBe('"equal"');
  });
});

test('settings of a state may be written with a fraction of zero', async () => {
  const retry = [{ ErrorEquals: ['E'], IntervalSeconds: 1, BackoffRate: '@2.0@', MaxAttempts: 2 }];
  const run = await ScriptedRun.start(exactly(machine({ Work: task({ Retry: retry }) })));
  await run.fail('E');
  await run.passSeconds(1);
  await run.fail('E');
  await run.passSeconds(1);
  expect(run.tasks).toHaveLength(0);
  await run.passSeconds(1);
  expect(run.tasks).toHaveLength(1);
});

/** Numbers written between `@` become numbers as they are written. */
function exactly(definition: JsonObject): JsonObject {
  return parseJson(JSON.stringify(definition).replace(/"@([^@]*)@"/g, '$1')) as JsonObject;
}
