import { expect, test } from '@jest/globals';
import { eachOf } from './each-of.ts';

/** Lets everything that can go on go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('every item is worked on once, and never more at a time than asked for', async () => {
  const done: number[] = [];
  let atWork = 0;
  let most = 0;
  await eachOf([1, 2, 3, 4, 5, 6, 7].values(), 3, async (item) => {
    atWork += 1;
    most = Math.max(most, atWork);
    await turn();
    atWork -= 1;
    done.push(item);
  });
  expect([done.toSorted(), most]).toEqual([[1, 2, 3, 4, 5, 6, 7], 3]);
});

test('after STOP no further item is begun, and those that were begun end', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  await eachOf([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    await turn();
    ended.push(item);
    return item === 1 ? 'STOP' : undefined;
  });
  expect([begun, ended]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test('a failure is thrown once nothing runs any more, and no further item is begun', async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = eachOf([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) {
      throw new Error('the first one fails');
    }
    await turn();
    ended += 1;
  });
  await expect(work).rejects.toThrow('the first one fails');
  expect([begun, ended]).toEqual([[1, 2], 1]);
});
