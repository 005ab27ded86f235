import { expect, test } from '@jest/globals';
import { ProcessWatch } from './process-watch.ts';

test('only a process that was replaced without a fault is a finding', () => {
  let pids = { api: 1, engine: 2, payment: 3 };
  const watch = new ProcessWatch(() => [
    { name: 'api', pid: pids.api },
    { name: 'engine', pid: pids.engine },
    { name: 'payment', pid: pids.payment },
  ]);
  watch.look();
  watch.expectDeath(2);
  pids = { api: 1, engine: 12, payment: 13 };
  watch.look();
  watch.look();
  expect(watch.unprovoked).toEqual([expect.stringContaining('payment: process 3 ended, 13 took its place')]);
});

test('a process that dies by itself is a finding, although its predecessor was killed', () => {
  let pid = 1;
  const watch = new ProcessWatch(() => [{ name: 'engine', pid }]);
  watch.look();
  watch.expectDeath(1);
  for (pid of [2, 3]) {
    watch.look();
  }
  expect(watch.unprovoked).toEqual([expect.stringContaining('process 2 ended')]);
});
