import { expect, test } from '@jest/globals';
import { createPlacement } from './src/live/placement.ts';

const LOST = new Error('lost');
const ORDER = { list: [{ id: 'item1', count: 1 }] };

function placement(...failures: readonly (Error | undefined)[]) {
  const keys: string[] = [];
  const place = createPlacement(
    async (_order, key) => {
      const failure = failures[keys.push(key) - 1];
      if (failure !== undefined) {
        throw failure;
      }
    },
    (error) => error === LOST,
  );
  return { keys, click: (order = ORDER) => place(order).catch((error: unknown) => error) };
}

test('each click places an order of its own', async () => {
  const { keys, click } = placement();
  await click();
  await Promise.all([click(), click()]);
  expect(new Set(keys).size).toBe(3);
});

test('a click after one whose answer was lost sends the same key until the order is answered, then a new one', async () => {
  const { keys, click } = placement(LOST, LOST);
  for (let clicks = 0; clicks < 4; clicks++) {
    await click();
  }
  const [first, , , fourth] = keys;
  expect(keys).toEqual([first, first, first, fourth]);
  expect(fourth).not.toBe(first);
});

test('another order, one that was refused, and a second click at the same time have keys of their own', async () => {
  const { keys, click } = placement(new Error('refused'), LOST);
  await click();
  await click();
  await click({ list: [{ id: 'item2', count: 1 }] });
  await Promise.all([click(), click()]);
  const [refused, lost, other, again, beside] = keys;
  expect(again).toBe(lost);
  expect(new Set([refused, lost, other, beside]).size).toBe(4);
});
