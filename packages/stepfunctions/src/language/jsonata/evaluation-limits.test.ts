import { describe, expect, test } from '@jest/globals';
import type { Json } from '../json.ts';
import { evaluateJsonata } from '../jsonata.ts';
import { Draws } from '../randomness.ts';
import { ExactValues } from './exact-values.ts';
import { compile } from './expression.ts';
import { EVALUATION_CONTEXT, type EvaluationContext, EvaluationLimits } from './limits.ts';

const where = { stateName: 'Work', field: 'Output' };

function evaluate(expression: string, input: Json = {}): Promise<Json> {
  return evaluateJsonata(expression, { input, context: {}, variables: {}, at: 0, entropy: 'ab'.repeat(16) }, where);
}

/** The code of the failure, from JSONata or from the limits. */
async function codeOf(expression: string, input?: Json): Promise<unknown> {
  const error: unknown = await evaluate(expression, input).then(
    (value) => new Error(`It yielded ${JSON.stringify(value).slice(0, 100)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error) || error.cause === undefined) {
    throw error;
  }
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : cause;
}

/** As {@link codeOf}, with a time limit of the evaluation. */
async function codeWithin(timeoutMs: number, expression: string, input: Json): Promise<unknown> {
  const limits = new EvaluationLimits();
  const context: EvaluationContext = { at: 0, draws: new Draws({ entropy: '' }, ''), limits, exact: new ExactValues() };
  try {
    const scope = { states: { input }, [EVALUATION_CONTEXT]: context };
    return `It yielded ${String(await compile(expression, timeoutMs).expression.evaluate(undefined, scope))}`;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  }
}

function nested(levels: number): string {
  return `${'('.repeat(levels)}1${')'.repeat(levels)}`;
}
function members(count: number, value: string): string {
  return `{${Array.from({ length: count }, (_, at) => `"k${at}": ${value}`).join(',')}}`;
}
function doubled(body: string, rounds: number): string {
  return `($d := function($x, $n) { $n = 0 ? $x : $d(${body}, $n - 1) }; $d({}, ${rounds}))`;
}

describe('the depth of a JSONata evaluation', () => {
  test.each([
    ['terms', (count: number) => `1${'+1'.repeat(count - 1)}`, 100],
    ['parentheses', nested, 99],
    ['arrays', (count: number) => `${'['.repeat(count)}1${']'.repeat(count)}`, 99],
    ['applications', (count: number) => `1${'~>$string'.repeat(count)}`, 99],
    ['calls', (count: number) => `($f := function($n){ $n <= 0 ? 0 : 1 + $f($n - 1) }; $f(${count}))`, 31],
  ])('%s are taken as deep as on AWS, and one more is not', async (_what, expression, most) => {
    await expect(evaluate(expression(most))).resolves.toBeDefined();
    expect(await codeOf(expression(most + 1))).toBe('D1011');
  });

  test('infinite recursion is stopped by its depth, inside an array too', async () => {
    expect(await codeOf('($f := function($n){ 1 + $f($n) }; $f(1))')).toBe('D1011');
    expect(await codeOf('($f := function($n){ [$n, [1, $f($n)]] }; $f(1))')).toBe('D1011');
  });

  test('many members and many groups do not count as depth', async () => {
    const lines = Array.from({ length: 300 }, (_, at) => ({ id: `l${at}`, n: { m: at } }));
    expect(Object.keys((await evaluate(members(300, '$states.input.a.b'), { a: { b: 1 } })) as object)).toHaveLength(
      300,
    );
    await expect(evaluate(`[${Array(300).fill('$states.input.a').join(',')}]`, { a: 1 })).resolves.toHaveLength(300);
    expect(Object.keys((await evaluate('$states.input.lines{id: n.m}', { lines })) as object)).toHaveLength(300);
  });
});

describe('the size of a JSONata value', () => {
  test('a sequence of 873,782 numbers passes and one more does not', async () => {
    await expect(evaluate('$count([1..873782])')).resolves.toBe(873_782);
    expect(await codeOf('$count([1..873783])')).toBe('D2015');
  });

  test('a range of 360,145 numbers passes and one more does not', async () => {
    await expect(evaluate('$count($range(1, 360145, 1))')).resolves.toBe(360_145);
    expect(await codeOf('$range(1, 360146, 1)')).toBe('D2014');
  });

  test('a text doubles 22 times and not 23 times', async () => {
    const longer = (rounds: number) =>
      `($s := function($x, $n) { $n = 0 ? $x : $s($x & $x, $n - 1) }; $length($s('x', ${rounds})))`;
    await expect(evaluate(longer(22))).resolves.toBe(4_194_304);
    expect(await codeOf(longer(23))).toBe('D2014');
  });

  test.each([
    ['in its result', doubled('{"a": $x, "b": $x}', 60)],
    ['when it is made text', `$string(${doubled('{"a": $x, "b": $x}', 60)})`],
    ['when it is compared', `$length($string(${doubled('[[$x], [$x]]', 60)} = 1))`],
    ['by a path over an array', doubled('[1, 2, 3].{"a": $x}', 60)],
    ['through the context', `{}${'.{"a": $, "b": $}'.repeat(60)}`],
    ['in what a transformation writes', doubled('{} ~> |$|{"a": $x, "b": $x}|', 60)],
    ['as a text', '($s := function($x, $n) { $n = 0 ? $x : $s($x & $x, $n - 1) }; $s("aaaaaaaaaa", 40))'],
  ])('doubling a value endlessly is stopped: %s', async (_where, expression) => {
    expect(await codeOf(expression)).toBe('D2014');
  });

  test.each([
    ['$pad', '$pad("x", 2000000000)'],
    ['$pad to the left', '$pad("x", -2000000000)'],
    ['$pad with a long padding', '$pad("x", 1000000, $pad("", 1000))'],
    ['$join', '$join($split($pad("", 100000, "a"), ""), $pad("", 1000))'],
    ['&', '$pad("", 5000000) & $pad("", 5000000)'],
  ])('%s cannot make a text too long', async (_what, expression) => {
    expect(await codeOf(expression)).toBe('D2014');
  });

  test('a value nested 6,000 deep fails and does not break the interpreter', async () => {
    await expect(evaluate(doubled('{"a": $x}', 6_000))).rejects.toThrow('Stack overflow');
  });
});

describe('the time of a JSONata evaluation', () => {
  test('infinite tail recursion is stopped by its steps', async () => {
    expect(await codeOf('($f := function($n){ $f($n+1) }; $f(1))')).toBe('D1012');
  });

  test('an evaluation that fails stops its other parts too', async () => {
    expect(await codeOf('[$error("first"), ($f := function($n){ $f($n+1) }; $f(1))]')).toBe('D3137');
    await expect(evaluate('1 + 1')).resolves.toBe(2);
  });

  test('300 evaluations at the same time, 600,000 steps together, each have all of their own', async () => {
    const work = '$sum($map([1..250], function($x){ $x * 2 }))';
    const results = await Promise.all(Array.from({ length: 300 }, () => evaluate(work)));
    expect(new Set(results)).toEqual(new Set([62_750]));
  });

  const repeat = (times: number, body: string): string => `$count($map([1..${times}], function($i){ ${body} }))`;
  const big = { list: Array.from({ length: 20_000 }, (_, at) => at), text: 'a'.repeat(100_000) };
  test.each([
    ['$string', repeat(100_000, '$length($string($states.input.list))')],
    ['$length', repeat(100_000, '$length($states.input.text)')],
    ['$join', repeat(100_000, '$join(["a", $states.input.text])')],
    ['$reverse', repeat(100_000, '$count($reverse($states.input.list))')],
    ['$append without a step of JSONata', '$count($reduce([1..300000], $append))'],
    ['$append', '$count($reduce([1..800000], function($all, $x){ $append($all, $x) }, []))'],
    ['$zip', repeat(100_000, '$count($zip($states.input.list, $states.input.list))')],
    ['=', repeat(100_000, '$states.input.list = $append($states.input.list, [])')],
    ['in', repeat(100_000, '-1 in $states.input.list')],
    ['&', repeat(100_000, '$length("" & $states.input.list)')],
    ['truth', repeat(100_000, '$states.input.list ? 1 : 2')],
    ['*', repeat(100_000, '$count($states.input.*)')],
    ['**', repeat(100_000, '$count($states.input.**)')],
    ['^()', '$count([1..800000]^(>$))'],
    ['{}', '$count($keys([1..300000]{"same": $}))'],
    ['$sort', '$count($sort([1..800000], function($l, $r){ $l < $r }))'],
    ['$split', repeat(100_000, '$count($split($states.input.text, ""))')],
  ])('%s cannot run endlessly', async (_what, expression) => {
    expect(await codeWithin(100, expression, big)).toBe('D1012');
  });

  test.each([
    ['$formatNumber', '$formatNumber(1, $pad("", 1000000, "#,") & "0")'],
    ['$formatInteger', '$formatInteger(1, $pad("", 1000000, ",#") & "0")'],
    ['$parseInteger', '$parseInteger("1", $pad("", 1000000, ",#") & "0")'],
    ['$fromMillis', '$fromMillis(1, $states.input.text)'],
    ['$toMillis', '$toMillis("1970", $states.input.text)'],
  ])('%s refuses a picture that would take one call too long', async (_what, expression) => {
    expect(await codeOf(expression, big)).toBe('D1012');
  });

  test.each([
    ['$distinct', '$count($distinct([1..800000]))', 800_000],
    ['$sort', '$sort([1..800000])[-1]', 800_000],
    ['$spread', '$count($spread($map([1..20000], function($i){ {"a": $i} })))', 20_000],
    ['$sum', '$sum([1..800000])', 320_000_400_000],
    ['$string', '$length($string([1..800000]))', 5_488_896],
  ])('%s takes a large array', async (_what, expression, expected) => {
    await expect(evaluate(expression)).resolves.toBe(expected);
  });
});
