import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import jsonata from 'jsonata';
import type { Json, JsonObject } from '../json.ts';
import { plainResult } from './result.ts';
import { follow, simpleReference } from './simple-reference.ts';

const name = fc.constantFrom('a', 'b', 'c');
const value = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>(1, 'x', true, null),
    fc.array(tie('json'), { maxLength: 2 }),
    fc.dictionary(name, tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json as fc.Arbitrary<Json>;

test('a reference that can be followed leads where JSONata leads', async () => {
  let followed = 0;
  const root = fc.constantFrom('$states.input', '$states.result', '$states.context', '$v');
  await fc.assert(
    fc.asyncProperty(root, fc.array(name, { maxLength: 4 }), value, async (start, names, json) => {
      const expression = jsonata([start, ...names].join('.'));
      const reference = simpleReference(expression);
      if (reference === undefined) {
        throw new Error('not recognised');
      }
      const scope = {
        input: json,
        result: json,
        context: json as JsonObject,
        variables: { v: json },
        at: 0,
        entropy: '',
      };
      const found = follow(reference, scope);
      if (found === undefined) {
        return;
      }
      followed++;
      const theirs = plainResult(
        await expression.evaluate(undefined, { states: { input: json, result: json, context: json }, v: json }),
      );
      expect(found.value).toStrictEqual(theirs);
    }),
    { numRuns: 2000 },
  );
  expect(followed).toBeGreaterThan(500);
});

test.each([
  '$',
  '$.a',
  '$$',
  '$v[0]',
  '$v[]',
  '$v.a[]',
  '$v.*',
  '$v.$string()',
  '$v@$x.a',
  '$v#$i.a',
  '$v^(a)',
  '$v{a: b}',
  '$v.(a)',
  "'v'",
  'a.b',
  '1',
])('%s is not a simple reference', (text) => {
  expect(simpleReference(jsonata(text))).toBeUndefined();
});

test('a reference that needs JSONata is left to it', () => {
  const scope = { input: [{ a: 1 }], context: {}, variables: {}, at: 0, entropy: '' };
  for (const text of ['$states.input.a', '$states', '$sum', '$nope']) {
    const reference = simpleReference(jsonata(text));
    expect(reference && follow(reference, scope)).toBeUndefined();
  }
});
