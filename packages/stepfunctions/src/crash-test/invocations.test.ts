import { expect, test } from '@jest/globals';
import { counted, invocationFlaws } from './invocations.ts';

function calls(counts: { readonly [call: string]: number }): ReadonlyMap<string, number> {
  return new Map(Object.entries(counts));
}

test('a call repeated by a kill is no flaw; a lost call or one repeated without a kill is', () => {
  const kills = { kills: 2, underWay: 2 };
  const undisturbed = calls({ a: 1, b: 2 });
  expect(invocationFlaws(undisturbed, calls({ a: 3, b: 2 }), kills)).toEqual([]);
  expect(invocationFlaws(undisturbed, calls({ a: 1 }), kills)).toEqual(['b: called 0 times, should be 2 to 6']);
  expect(invocationFlaws(undisturbed, calls({ a: 4, b: 2 }), kills)).toEqual(['a: called 4 times, should be 1 to 3']);
  expect(invocationFlaws(undisturbed, calls({ a: 1, b: 2, c: 1 }), kills)).toHaveLength(1);
  expect(invocationFlaws(undisturbed, calls({ a: 3, b: 5 }), kills)).toEqual([
    '5 calls were made again, 2 kills explain 4',
  ]);
});

test('calls that differ only in their token count as the same call', async () => {
  const counts = new Map<string, number>();
  const { work } = counted({ work: () => null }, counts);
  await work?.({ token: 'x', number: 1 });
  await work?.({ token: 'y', number: 1 });
  await work?.({ number: 2 });
  expect([...counts]).toEqual([
    ['work {"number":1}', 2],
    ['work {"number":2}', 1],
  ]);
});
