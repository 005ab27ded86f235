import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from './language/json.ts';
import { callAction } from './testing/call-action.ts';
import { DEEP, jsonata, pass, withServerToAttack } from './testing/server-to-attack.ts';

const hostile = withServerToAttack();

describe('hostile definitions', () => {
  const letters = `${'a'.repeat(60)}!`;
  const few = `${'a'.repeat(24)}!`;
  const doubling = '($d := function($x, $n) { $n = 0 ? $x : $d({"a": $x, "b": $x}, $n - 1) }; $d({}, 60))';
  test.each<readonly [string, string, string, string]>([
    ['asks for a list of ten million', jsonata('[1..9999999]'), '{}', 'States.QueryEvaluationError'],
    [
      'doubles a text 40 times',
      jsonata('($s := function($x, $n) { $n = 0 ? $x : $s($x & $x, $n - 1) }; $s("aaaaaaaaaa", 40))'),
      '{}',
      'States.QueryEvaluationError',
    ],
    ['pads a text to 2 GB', jsonata('$pad("x", 2000000000)'), '{}', 'States.QueryEvaluationError'],
    ['doubles a value 60 times', jsonata(doubling), '{}', 'States.QueryEvaluationError'],
    ['compares such values', jsonata(`${doubling} = ${doubling}`), '{}', 'States.QueryEvaluationError'],
    [
      'nests a value 20,000 deep',
      jsonata('($d := function($x, $n) { $n = 0 ? $x : $d({"a": $x}, $n - 1) }; $d({}, 20000))'),
      '{}',
      'States.QueryEvaluationError',
    ],
    [
      'calls itself without end',
      jsonata('($f := function($n) { $f($n + 1) }; $f(1))'),
      '{}',
      'States.QueryEvaluationError',
    ],
    [
      'doubles a variable with every turn around a Wait',
      '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x":"{% $pad(\\"x\\", 100000) %}"},"Next":"B"},"B":{"Type":"Wait","Seconds":1,"Assign":{"x":"{% $x & $x %}"},"Next":"C"},"C":{"Type":"Choice","Choices":[{"Condition":"{% $x = 1 %}","Next":"D"}],"Default":"B"},"D":{"Type":"Succeed"}}}',
      '{}',
      'States.DataLimitExceeded',
    ],
    [
      'repeats repetitions of 24 letters',
      jsonata(`$match("${few}", /^(((a+)+)+)+$/i)`),
      '{}',
      'States.QueryEvaluationError',
    ],
    ['ignores case in a part', jsonata(`$match("${few}", /^(?i:((a+)+)+)+$/)`), '{}', 'States.QueryEvaluationError'],
    [
      'repeats what may be empty',
      jsonata(`$match("${few}", /(((((a*)+)+)+)+)+$/)`),
      '{}',
      'States.QueryEvaluationError',
    ],
    ['looks around without end', jsonata(`$match("${letters}", /^(a+)+(?=b)$/)`), '{}', 'States.QueryEvaluationError'],
    ['ignores case without end', jsonata(`$match("${letters}", /^(a+)+$/i)`), '{}', 'States.QueryEvaluationError'],
    [
      'filters without end',
      pass('"Parameters":{"x.$":"$.a[?(@.b =~ /^(a+)+$/i)]"}'),
      JSON.stringify({ a: [{ b: letters }] }),
      'States.Runtime',
    ],
    [
      'asks for a constructor',
      jsonata('$states.input.constructor.constructor("return process")()'),
      '{}',
      'States.QueryEvaluationError',
    ],
    ['asks for what every object has', pass('"Parameters":{"x.$":"$.toString"}'), '{}', 'States.Runtime'],
    [
      'unpacks what is nested too deep',
      pass('"Parameters":{"x.$":"States.StringToJson($.s)"}'),
      JSON.stringify({ s: DEEP }),
      'States.IntrinsicFailure',
    ],
    [
      'unpacks it with JSONata',
      jsonata('$parse($states.input.s)'),
      JSON.stringify({ s: DEEP }),
      'States.QueryEvaluationError',
    ],
    [
      'nests its own output deeper with every turn',
      '{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"a.$":"$"},"Next":"B"},"B":{"Type":"Choice","Choices":[{"Variable":"$.end","IsPresent":true,"Next":"C"}],"Default":"A"},"C":{"Type":"Succeed"}}}',
      '{}',
      'States.DataLimitExceeded',
    ],
    [
      'gets an answer that is nested too deep',
      `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:deep","End":true}}}`,
      '{}',
      'States.DataLimitExceeded',
    ],
    [
      'gets it in an envelope',
      `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"deep"},"End":true}}}`,
      '{}',
      'States.DataLimitExceeded',
    ],
  ])('only the execution fails when it %s', async (_what, definition, input, error) => {
    expect(await hostile.outcomeOf(definition, input)).toMatchObject({ status: 'FAILED', error });
    await hostile.expectWell();
  });
});

describe('costly definitions', () => {
  test.each<readonly [string, string, string]>([
    // V8's linear-time engine answers; without `guardAgainstRunawayExpressions` it fails after half a second.
    ['asks whether 60 letters and a mark are letters', '$contains("LETTERS", /^(a+)+$/)', 'false'],
    ['drops duplicates from 800,000 numbers', '$count($distinct([1..800000]))', '800000'],
  ])('an execution succeeds when it %s', async (_what, expression, output) => {
    const definition = jsonata(expression.replace('LETTERS', `${'a'.repeat(60)}!`));
    expect(await hostile.outcomeOf(definition)).toMatchObject({ status: 'SUCCEEDED', output });
    await hostile.expectWell();
  });

  test('300 executions that wait for the same moment and then calculate all succeed', async () => {
    const until = new Date(Date.now() + 2_500).toISOString();
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Wait',
      States: {
        Wait: { Type: 'Wait', Timestamp: until, Next: 'Sum' },
        Sum: { Type: 'Pass', Output: '{% $sum($map([1..500], function($x) { $x * 2 })) %}', End: true },
      },
    });
    const arns = await startAll(definition, 300);
    const outcomes = await Promise.all(arns.map(hostile.endOf));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
    expect(outcomes).toHaveLength(300);
  });
});

/** Starts executions of a definition, one after the other. */
async function startAll(definition: string, count: number): Promise<readonly string[]> {
  const { stateMachineArn } = (await hostile.send('CreateStateMachine', hostile.creation(definition))).body;
  const arns: string[] = [];
  while (arns.length < count) {
    const started = await callAction(hostile.url, 'StartExecution', { stateMachineArn: String(stateMachineArn) });
    arns.push(String(started.executionArn));
  }
  return arns;
}

describe('member names of JavaScript objects', () => {
  test.each<readonly [string, string, string, string]>([
    [
      'in an input',
      pass('"Comment":""'),
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ],
    ['in a result path', pass('"Result":1,"ResultPath":"$.__proto__.polluted"'), '{}', '{"__proto__":{"polluted":1}}'],
    ['in a template', pass('"Parameters":{"__proto__":{"polluted":1}}'), '{}', '{"__proto__":{"polluted":1}}'],
    ['of a variable', pass('"Assign":{"__proto__":{"polluted":1},"constructor":1}'), '{}', '{}'],
    ['of a state', '{"StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","End":true}}}', '{}', '{}'],
  ])('names such as __proto__ are ordinary names: %s', async (_what, definition, input, output) => {
    expect(await hostile.outcomeOf(definition, input)).toMatchObject({ status: 'SUCCEEDED', output });
    expect(await hostile.outcomeOf(jsonata('$exists($states.input.polluted)'))).toMatchObject({ output: 'false' });
  });
});

test('240 nested Parallel states run', async () => {
  let machine: JsonObject = { StartAt: 'End', States: { End: { Type: 'Pass', End: true } } };
  for (let depth = 0; depth < 240; depth += 1) {
    const name = `P${depth}`;
    machine = { StartAt: name, States: { [name]: { Type: 'Parallel', Branches: [machine], End: true } } };
  }
  expect(await hostile.outcomeOf(JSON.stringify(machine))).toMatchObject({
    status: 'SUCCEEDED',
    output: `${'['.repeat(240)}{}${']'.repeat(240)}`,
  });
});
