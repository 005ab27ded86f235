import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import jsonata from 'jsonata';
import type { Json } from '../json.ts';
import { evaluateJsonata } from '../jsonata.ts';
import { plainResult } from './result.ts';

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(0, 1, 1.5, -1, 'a', 'b', '1', '', true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value as fc.Arbitrary<Json>;

/** What comes of it: the value, or JSONata's code. */
async function outcome(evaluation: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await evaluation };
  } catch (error) {
    const origin: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return typeof origin === 'object' && origin !== null && 'code' in origin ? origin.code : origin;
  }
}

function ours(expression: string, v: Json) {
  return outcome(
    evaluateJsonata(
      expression,
      { input: {}, context: {}, variables: { v }, at: 0, entropy: '' },
      { stateName: 'Work', field: 'Output' },
    ),
  );
}
function theirs(expression: string, v: Json) {
  return outcome(jsonata(expression).evaluate(undefined, { v }).then(plainResult));
}

test.each([
  '[$distinct($v)]',
  '{"distinct": $distinct($v)}',
  '[$distinct($v.a)]',
  '[$spread($v)]',
  '{"spread": $spread($v)}',
  '[$sort($v)]',
  '[$sort($v, function($l, $r) { $string($l) > $string($r) })]',
  '[$sort($v, function($l, $r) { $length($string($l)) - 2 })]',
  '[$v ~> $sort]',
])('%s has the same result as in JSONata itself', async (expression) => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.array(json, { maxLength: 12 }), json), async (v) => {
      expect(await ours(expression, v)).toEqual(await theirs(expression, v));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['$map(["a", "b"], $pad(?, 3, "-"))', ['a--', 'b--']],
  ['[3, 1, 2] ~> $sort(function($l, $r) { $l < $r })', [3, 2, 1]],
  ['($half := $substring(?, 0, 2); $half("abcd"))', 'ab'],
  ['$filter([1, 2, 3], function($v, $i, $all) { $i = $count($all) - 1 })', 3],
  ['("abc").$uppercase()', 'ABC'],
  ['$reduce([1, 2, 3], $append)', [1, 2, 3]],
])('a function with limits is applied like JSONata’s own: %s', async (expression, expected) => {
  expect(await ours(expression, {})).toEqual({ value: expected });
});
