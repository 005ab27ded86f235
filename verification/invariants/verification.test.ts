import { describe, expect, test } from '@jest/globals';
import type { Snapshot } from './snapshot.ts';
import { soundSnapshot } from './sound-snapshot.ts';
import { type DrainProgress, type SnapshotSource, verifyInvariants } from './verification.ts';

const fast = { drain_seconds: 20, poll_seconds: 0.001, settle_seconds: 0.02 };
const sound = soundSnapshot();
const halfDone: Snapshot = { ...sound, orders: sound.orders.map((order) => ({ ...order, status: 'RESERVED' })) };

describe('verification', () => {
  test('waits for the backlog, tells about it, and then checks', async () => {
    const progress: DrainProgress[] = [];
    const source = sourceOf([halfDone, halfDone, sound]);
    const result = await verifyInvariants(source, [], { ...fast, onProgress: (step) => progress.push(step) });
    expect(result).toMatchObject({ drained: true, report: { verdict: 'all hold' } });
    expect(progress).toMatchObject([{ open: 9 }, { open: 9 }]);
  });

  test('checks all the same when the backlog never drains, and finds the orders that hang', async () => {
    const result = await verifyInvariants(sourceOf([halfDone]), [], { ...fast, drain_seconds: 0 });
    expect(result).toMatchObject({ drained: false, report: { verdict: 'broken' } });
  });

  test('a finding that is gone at the next look was only a moment between two reads', async () => {
    const source = sourceOf([sound]);
    const torn = { ...sound, items: sound.items.map((item) => ({ ...item, available: 0 })) };
    const reads = [torn, sound];
    const result = await verifyInvariants({ ...source, read: async () => reads.shift() ?? sound }, [], fast);
    expect(result.report.verdict).toBe('all hold');
  });

  test('a finding that stays is reported', async () => {
    const source = sourceOf([sound]);
    const torn = { ...sound, items: sound.items.map((item) => ({ ...item, available: 0 })) };
    const result = await verifyInvariants({ ...source, read: async () => torn }, [], fast);
    expect(result.report.verdict).toBe('broken');
  });

  test('what is known beforehand is checked at every look', async () => {
    const expected = { stocked: new Map([['lost', 1]]) };
    const result = await verifyInvariants(sourceOf([sound]), [], { ...fast, expected });
    expect(result.report.verdict).toBe('broken');
  });

  test('a store that restarts while draining is waited for', async () => {
    const source = sourceOf([sound]);
    let refusals = 2;
    const orders = async () => {
      refusals -= 1;
      if (refusals >= 0) {
        throw new Error('connection refused');
      }
      return source.orders();
    };
    expect(await verifyInvariants({ ...source, orders }, [], fast)).toMatchObject({ drained: true });
  });

  test('a store that never comes back is an error, not a pass', async () => {
    const source = sourceOf([sound]);
    const orders = async () => {
      throw new Error('connection refused');
    };
    await expect(verifyInvariants({ ...source, orders }, [], { ...fast, drain_seconds: 0 })).rejects.toThrow('backlog');
  });
});

/** Answers each look at the orders with the next of the snapshots, then for ever with the last. */
function sourceOf(looks: readonly Snapshot[]): SnapshotSource {
  const rest = [...looks];
  const far = '9999-01-01T00:00:00.000Z';
  const last = () => rest[0] ?? sound;
  return {
    read: async (answers) => ({ ...last(), answers }),
    executionsIn: async () => [],
    orders: async () => {
      const { orders } = rest.length > 1 ? (rest.shift() ?? sound) : last();
      return orders.map((order) => ({ ...order, payment_due_at: far }));
    },
  };
}
