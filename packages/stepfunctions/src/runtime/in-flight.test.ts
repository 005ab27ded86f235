import { expect, test } from '@jest/globals';
import { InFlight } from './in-flight.ts';

test('who waits for work in flight learns its end, not its failure, and then finds none', async () => {
  const inFlight = new InFlight<string>();
  const work = Promise.withResolvers<number>();
  expect(inFlight.ending('a')).toBeUndefined();
  const begun = inFlight.begin('a', () => work.promise);
  const ending = inFlight.ending('a');
  expect(ending).toBeDefined();
  expect(inFlight.ending('b')).toBeUndefined();
  work.reject(new Error('failed'));
  await expect(begun).rejects.toThrow('failed');
  await expect(ending).resolves.toBeUndefined();
  expect(inFlight.ending('a')).toBeUndefined();
  expect(await inFlight.begin('a', async () => 7)).toBe(7);
  expect(inFlight.ending('a')).toBeUndefined();
});
