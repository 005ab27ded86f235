import { expect, test } from '@jest/globals';
import { once } from './once.ts';

test('a value is made at the first call and kept, even where it is undefined', () => {
  let made = 0;
  const make = once(() => {
    made += 1;
    return undefined;
  });
  expect(made).toBe(0);
  expect([make(), make()]).toEqual([undefined, undefined]);
  expect(made).toBe(1);
});

test('a failure is not kept: the next call tries again', () => {
  let calls = 0;
  const make = once(() => {
    calls += 1;
    if (calls === 1) {
      throw new Error('not yet');
    }
    return calls;
  });
  expect(make).toThrow('not yet');
  expect([make(), make()]).toEqual([2, 2]);
});
