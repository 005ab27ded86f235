import { describe, expect, test } from '@jest/globals';
import type { Snapshot } from './snapshot.ts';
import { soundSnapshot } from './testing/sound-snapshot.ts';
import { type DrainProgress, type SnapshotSource, verifyInvariants } from './verification.ts';

const fast = { drainSeconds: 20, pollSeconds: 0.001, settleSeconds: 0.02 };
const sound = soundSnapshot();
const halfDone: Snapshot = { ...sound, orders: sound.orders.map((order) => ({ ...order, status: 'RESERVED' })) };

describe('verifying the invariants', () => {
  test('waits for the backlog and reports its size before it checks', async () => {
    const progress: DrainProgress[] = [];
    const source = sourceOf([halfDone, halfDone, sound]);
    const result = await verifyInvariants(source, [], { ...fast, onProgress: (step) => progress.push(step) });
    expect(result).toMatchObject({ drained: true, report: { verdict: 'all hold' } });
    expect(progress).toMatchObject([{ open: 9 }, { open: 9 }]);
  });

  test('finds the stuck orders when the backlog never drains', async () => {
    const result = await verifyInvariants(sourceOf([halfDone]), [], { ...fast, drainSeconds: 0 });
    expect(result).toMatchObject({ drained: false, report: { verdict: 'broken' } });
  });

  test('ignores a violation that is gone at the next read', async () => {
    const source = sourceOf([sound]);
    const torn = { ...sound, items: sound.items.map((item) => ({ ...item, available: 0 })) };
    const reads = [torn, sound];
    const result = await verifyInvariants({ ...source, read: async () => reads.shift() ?? sound }, [], fast);
    expect(result.report.verdict).toBe('all hold');
  });

  test('reports a violation that stays', async () => {
    const source = sourceOf([sound]);
    const torn = { ...sound, items: sound.items.map((item) => ({ ...item, available: 0 })) };
    const result = await verifyInvariants({ ...source, read: async () => torn }, [], fast);
    expect(result.report.verdict).toBe('broken');
  });

  test('pauses between two reads of a violation that stays', async () => {
    let reads = 0;
    const torn = { ...sound, items: sound.items.map((item) => ({ ...item, available: 0 })) };
    const read = async () => {
      reads += 1;
      return torn;
    };
    await verifyInvariants({ ...sourceOf([sound]), read }, [], { ...fast, pollSeconds: 0.02, settleSeconds: 0.1 });
    expect(reads).toBeGreaterThan(1);
    expect(reads).toBeLessThanOrEqual(7);
  });

  test('checks what the caller knows beforehand, too', async () => {
    const expected = { stocked: new Map([['lost', 1]]) };
    const result = await verifyInvariants(sourceOf([sound]), [], { ...fast, expected });
    expect(result.report.verdict).toBe('broken');
  });

  test('waits for a store that restarts while the backlog drains', async () => {
    const source = sourceOf([sound]);
    let refusals = 2;
    const orders = async () => {
      refusals -= 1;
      if (refusals >= 0) {
        throw new Error('connection refused');
      }
      return source.orders();
    };
    const progress: DrainProgress[] = [];
    const options = { ...fast, onProgress: (step: DrainProgress) => progress.push(step) };
    expect(await verifyInvariants({ ...source, orders }, [], options)).toMatchObject({ drained: true });
    const unreadable = expect.objectContaining({ message: 'connection refused' });
    expect(progress).toEqual([{ unreadable }, { unreadable }]);
  });

  test('fails when a store never comes back', async () => {
    const source = sourceOf([sound]);
    const orders = async () => {
      throw new Error('connection refused');
    };
    await expect(verifyInvariants({ ...source, orders }, [], { ...fast, drainSeconds: 0 })).rejects.toThrow('backlog');
  });
});

/** Answers each read of the orders with the next snapshot, and then always with the last one. */
function sourceOf(snapshots: readonly Snapshot[]): SnapshotSource {
  const rest = [...snapshots];
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
