import { describe, expect, test } from '@jest/globals';
import { evaluateJsonata, evaluateJsonataAs, evaluateJsonataTemplate, jsonataExpression } from './jsonata.ts';
import type { Scope } from './scope.ts';
import { StatesError } from './states-error.ts';

const scope: Scope = {
  input: { order: { id: 'o-1', lines: [{ n: 1 }, { n: 2 }] } },
  context: { Execution: { Name: 'run' } },
  variables: { total: 7 },
  at: Date.UTC(2026, 0, 31, 10),
  entropy: 'ab'.repeat(16),
};
const where = { stateName: 'Charge', field: 'Output' };
function evaluate(expression: string, from: Scope = scope) {
  return evaluateJsonata(expression, from, where);
}

async function failure(promise: Promise<unknown>): Promise<StatesError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof StatesError) {
    return error;
  }
  throw new Error(`expected a StatesError, got ${String(error)}`);
}

describe('a JSONata expression reads its scope', () => {
  test.each([
    ['$states.input.order.id', 'o-1'],
    ['$states.context.Execution.Name', 'run'],
    ['$total + 1', 8],
    ['$states.input.order.lines.n', [1, 2]],
    ['$states.input.order.lines[n=2].n', 2],
    ['$states.input.order.lines[0].n[]', [1]],
    ["{'a': $nope, 'b': 1}", { b: 1 }],
    ['null', null],
    ['1/0', 'Infinity'],
    ['[-1/0]', ['-Infinity']],
    ['-0', 0],
  ])('the expression %s has its value', async (expression, expected) => {
    await expect(evaluate(expression)).resolves.toStrictEqual(expected);
  });

  test('$states.result and $states.errorOutput are there only when the scope has them', async () => {
    await expect(evaluate('$states.result.x', { ...scope, result: { x: 1 } })).resolves.toBe(1);
    await expect(evaluate('$states.errorOutput.Error', { ...scope, errorOutput: { Error: 'E' } })).resolves.toBe('E');
    expect((await failure(evaluate('$states.result'))).message).toContain('returned nothing (undefined).');
  });

  test('an expression cannot change the data it reads', async () => {
    await evaluate('$states.input ~> |order|{"id": "changed"}|');
    expect(scope.input).toStrictEqual({ order: { id: 'o-1', lines: [{ n: 1 }, { n: 2 }] } });
  });
});

describe('a function that Step Functions adds to JSONata', () => {
  test.each([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1,2,3])', [[1, 2, 3]]],
    ['$partition([1,2,3], 2.9)', [[1, 2], [3]]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(0.9, 2.9, 1.9)', [0, 1, 2]],
    ['$base64decode("SGk=")', 'Hi'],
    ['$base64decode("SGk")', 'Hi'],
    ['$range(0, 9, 3)', [0, 3, 6, 9]],
    ['$range(0, 10, 3)', [0, 3, 6, 9]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(1, 9, 9)', 1],
    ["$hash('input', 'SHA-1')", '140f86aae51ab9e1cda9b4254fe98a74eb54c1a1'],
    ['$parse(\'{"a": [1]}\').a', [1]],
    ["$parse('-0')", 0],
    ['$parse(\'{"a": "b\\\\": c", "c": {"a": 1}}\').c.a', 1],
    ['$random(42)', 0.7275636800328681],
    ['$millis()', Date.UTC(2026, 0, 31, 10)],
    ['$now()', '2026-01-31T10:00:00.000Z'],
    ["$now('[Y]-[M01]')", '2026-01'],
    ["$fromMillis($toMillis('12:30', '[H]:[m]'))", '2026-01-31T12:30:00.000Z'],
    ["$match('ab', /(?:a)b/).match", 'ab'],
    ["'??' & '?:'", '???:'],
  ])('the expression %s has its value', async (expression, expected) => {
    await expect(evaluate(expression)).resolves.toStrictEqual(expected);
  });

  test('a UUID is of version 4, new with each call, and the same for the same scope', async () => {
    const both = await evaluate('[$uuid(), $uuid()]');
    expect(both).toStrictEqual(await evaluate('[$uuid(), $uuid()]'));
    const [first, second] = both as [string, string];
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(second).not.toBe(first);
  });

  test('chance comes from the scope alone', async () => {
    const once = await evaluate('[$random(), $shuffle([1..50])]');
    await expect(evaluate('[$random(), $shuffle([1..50])]')).resolves.toStrictEqual(once);
    await expect(
      evaluate('[$random(), $shuffle([1..50])]', { ...scope, entropy: 'cd'.repeat(16) }),
    ).resolves.not.toStrictEqual(once);
  });
});

describe('a failure of a JSONata expression', () => {
  const sentence = (expression: string, rest: string) =>
    `The JSONata expression '${expression}' specified for the field 'Output' ${rest}`;

  test.each([
    ['$undefined', 'returned nothing (undefined).'],
    ['$fn := function($x){$x}', 'returned an unsupported result type.'],
    ['[$sum]', 'returned an unsupported result type.'],
    ["'a' + 1", 'threw an error during evaluation. T2001: The left side of the "+" operator must evaluate to a number'],
    ['$randomSeeded(1)', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    ["$eval('1')", 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    [
      "$sum(['a'])",
      'threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
    ],
    [
      "$random('x')",
      'threw an error during evaluation. T0410: Argument 1 of function "random" does not match function signature',
    ],
    [
      '$base64decode("!!!")',
      expect.stringMatching(
        /threw an error during evaluation: An internal error occurred during evaluation\. ID: [-0-9a-f]{36}$/,
      ),
    ],
    ["$error('boom')", 'threw an error during evaluation. D3137: boom'],
    ['$partition([], 2)', 'returned nothing (undefined).'],
    ['$partition([1], -0.5)', 'returned nothing (undefined).'],
    ['$partition([1], -1)', 'threw an error during evaluation. D3137: Second argument must be zero or greater'],
    ['$range(1, 5, 0)', 'returned nothing (undefined).'],
    ['$range(5, 1, 1)', 'returned nothing (undefined).'],
    ['$range(1, 5)', 'returned nothing (undefined).'],
    ["$parse('')", 'threw an error during evaluation. D3137: Invalid JSON'],
    ["$parse('[1] [2]')", 'threw an error during evaluation. D3137: Invalid JSON'],
    ["$parse('[1e400]')", 'threw an error during evaluation. D3137: Invalid JSON'],
    ['$parse(\'{"a": {"b": 1, "b": 2}}\')', 'threw an error during evaluation. D3137: Invalid JSON'],
    ['1 ?? 2', 'threw an error during evaluation: The symbol "?" cannot be used as a unary operator'],
    ['$total ?: 2', 'threw an error during evaluation: The symbol ":" cannot be used as a unary operator'],
  ])('the expression %s fails in the words of AWS', async (expression, rest) => {
    const error = await failure(evaluate(expression));
    expect(error.errorName).toBe('States.QueryEvaluationError');
    expect(error.message).toStrictEqual(typeof rest === 'string' ? sentence(expression, rest) : rest);
    expect(error.location).toBe('Output');
  });

  test('the limits have AWS’s words', async () => {
    expect((await failure(evaluate('($f := function($n){ 1 + $f($n) }; $f(1))'))).message).toContain(
      'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
    );
    expect((await failure(evaluate('[1..900000] ~> $count()'))).message).toContain('memory limit exceeded');
    expect((await failure(evaluate('$range(1, 10000000, 1)'))).message).toContain('memory limit exceeded');
  });

  test('a result of the wrong type is shown', async () => {
    const fail = async (template: string) =>
      (await failure(evaluateJsonataAs(template, 'array', scope, { ...where, field: 'Items' }))).message;
    const shown = "specified for the field 'Items' returned an unexpected result type. Expected 'array', but was";
    await expect(fail('{% 1 %}')).resolves.toBe(`The JSONata expression '1' ${shown} 'number' for value: 1`);
    await expect(fail("{% 's' %}")).resolves.toBe(`The JSONata expression ''s'' ${shown} 'string' for value: "s"`);
    await expect(fail('{% null %}')).resolves.toBe(`The JSONata expression 'null' ${shown} 'null' for value: null`);
    await expect(evaluateJsonataAs('{% [] %}', 'array', scope, where)).resolves.toStrictEqual([]);
  });
});

describe('a JSONata template', () => {
  test('only strings that are expressions from end to end are evaluated, at any depth', async () => {
    const template = {
      id: '{% $states.input.order.id %}',
      nested: [{ total: '{%$total%}' }, ' {% $total %} ', '$total', 3, null],
      untouched: { deep: ['{ % x % }'] },
    };
    await expect(evaluateJsonataTemplate(template, scope, where)).resolves.toStrictEqual({
      id: 'o-1',
      nested: [{ total: 7 }, ' {% $total %} ', '$total', 3, null],
      untouched: { deep: ['{ % x % }'] },
    });
  });

  test('an error names the place inside the template', async () => {
    const error = await failure(evaluateJsonataTemplate({ a: ['x', { b: '{% $nope %}' }] }, scope, where));
    expect(error.location).toBe('Output/a[1]/b');
    expect(error.message).toContain("specified for the field 'Output/a[1]/b' returned nothing");
  });

  test('a member called __proto__ stays a member', async () => {
    const template = JSON.parse('{"__proto__": "{% 1 %}"}');
    expect(JSON.stringify(await evaluateJsonataTemplate(template, scope, where))).toBe('{"__proto__":1}');
  });

  test('an expression is delimited by {% and %} without a space around them', () => {
    expect(jsonataExpression('{% %}')).toBe('');
    expect(jsonataExpression('{%}')).toBeUndefined();
    expect(jsonataExpression('{% a %} ')).toBeUndefined();
  });
});
