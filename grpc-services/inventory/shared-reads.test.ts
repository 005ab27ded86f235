import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createSharedReads } from './shared-reads.ts';

/** Reads that end when the test says so. */
function pendingReads() {
  const begun: PromiseWithResolvers<string>[] = [];
  const read = (): Promise<string> => {
    const reading = Promise.withResolvers<string>();
    begun.push(reading);
    return reading.promise;
  };
  return { begun, read };
}

test('a caller never gets a read that began before it asked, and those who ask meanwhile share the next one', async () => {
  const { begun, read } = pendingReads();
  const reads = createSharedReads<string>();
  const first = reads.get('item', read);
  const others = [1, 2, 3].map(() => reads.get('item', read));
  await turn();
  expect(begun).toHaveLength(1);
  begun[0]?.resolve('old');
  expect(await first).toBe('old');
  await turn();
  expect(begun).toHaveLength(2);
  const last = reads.get('item', read);
  begun[1]?.resolve('new');
  expect(await Promise.all(others)).toEqual(['new', 'new', 'new']);
  await turn();
  expect(begun).toHaveLength(3);
  begun[2]?.resolve('newest');
  expect(await last).toBe('newest');
});

test('an error goes to all who shared the read, and the next caller reads anew', async () => {
  const { begun, read } = pendingReads();
  const reads = createSharedReads<string>();
  const first = reads.get('item', read);
  const second = reads.get('item', read);
  begun[0]?.reject(new Error('conflict'));
  await expect(first).rejects.toThrow('conflict');
  await turn();
  begun[1]?.reject(new Error('conflict again'));
  await expect(second).rejects.toThrow('conflict again');
  const third = reads.get('item', read);
  begun[2]?.resolve('fine');
  expect(await third).toBe('fine');
});

test('reads of other keys do not wait for each other', async () => {
  const { begun, read } = pendingReads();
  const reads = createSharedReads<string>();
  const answers = ['item', 'other'].map((key) => reads.get(key, read));
  expect(begun).toHaveLength(2);
  begun[1]?.resolve('b');
  begun[0]?.resolve('a');
  expect(await Promise.all(answers)).toEqual(['a', 'b']);
});
