import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { eventually, eventuallySucceeds, NotInTimeError } from './eventually.ts';

test('eventually returns the first result that is neither undefined nor false', async () => {
  const looks = [undefined, false, 0, 'late'];
  expect(await eventually(() => looks.shift(), { pollMs: 1 })).toBe(0);
});

test('eventually fails in time with what it waited for, after one more look', async () => {
  let looks = 0;
  const waiting = eventually(() => ++looks > 1_000, { withinMs: 20, pollMs: 1, what: 'the stack is ready' });
  await expect(waiting).rejects.toThrow(new NotInTimeError('the stack is ready: not within 0.02 s'));
  expect(await eventually(() => ++looks > 0, { withinMs: 0 })).toBe(true);
});

test('eventually passes an error of the look through at once', async () => {
  const failing = () => Promise.reject(new Error('the stack has ended'));
  await expect(eventually(failing, { withinMs: 60_000 })).rejects.toThrow('the stack has ended');
});

test('eventuallySucceeds returns the first result without an error, and undefined is a result', async () => {
  let attempts = 0;
  await eventuallySucceeds(() => expect(++attempts).toBe(3), { pollMs: 1 });
  expect(attempts).toBe(3);
});

test('eventuallySucceeds throws the error of the last attempt when time is up', async () => {
  let attempts = 0;
  const failing = () => Promise.reject(new Error(`attempt ${++attempts}`));
  const error: unknown = await eventuallySucceeds(failing, { withinMs: 20, pollMs: 1 }).catch((thrown) => thrown);
  expect(String(error)).toBe(`Error: attempt ${attempts}`);
});

test('the last look begins when the time is over, so that a slow look is not the only one', async () => {
  let looks = 0;
  const slow = async () => {
    looks += 1;
    await sleep(20);
    return looks === 2;
  };
  expect(await eventually(slow, { withinMs: 10, pollMs: 1 })).toBe(true);
});
