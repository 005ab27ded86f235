import { expect, test } from '@jest/globals';
import type { FaultEvent } from './injection.ts';
import { recordWhenOver } from './process-faults.ts';

const SENT = { at: '2026-11-29T12:00:00.000Z', what: 'kill -9 of process 7' };

test('a kill whose process does not come back is among the faults of the run, and fails it', async () => {
  const events: FaultEvent[] = [];
  const finished = Promise.reject(new Error('inventory did not come back'));
  const recorded = recordWhenOver({ ...SENT, finished }, 'inventory', (event) => events.push(event));
  await expect(recorded).rejects.toThrow('inventory did not come back');
  expect(events).toEqual([
    {
      at: SENT.at,
      until: expect.any(String),
      target: 'inventory',
      what: 'kill -9 of process 7: Error: inventory did not come back',
    },
  ]);
});

test('a signal that hit nothing is not among the faults', async () => {
  const events: FaultEvent[] = [];
  const finished = Promise.resolve(undefined);
  await recordWhenOver({ ...SENT, finished }, 'inventory', (event) => events.push(event));
  expect(events).toEqual([]);
});
