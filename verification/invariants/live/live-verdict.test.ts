import { describe, expect, test } from '@jest/globals';
import type { OrderSnapshot, Snapshot } from '../snapshot.ts';
import { changeCharge, changeExecution, changeOrder, changeReservation, SOUND } from '../testing/broken-snapshots.ts';
import type { Invariant } from '../violation.ts';
import { checkLive } from './live-check.ts';
import { liveVerdict } from './live-verdict.ts';

/** Moves the end of an order, and of its timeline, to some seconds before the snapshot. */
function endedBefore(seconds: number, order_id: string, snapshot: Snapshot): Snapshot {
  const at = new Date(Date.parse(snapshot.taken_at) - seconds * 1_000).toISOString();
  const moved = ({ timeline }: OrderSnapshot) => ({
    updated_at: at,
    timeline: timeline.map((entry) => ({ ...entry, at })),
  });
  const orders = snapshot.orders.map((order) => (order.order_id === order_id ? { ...order, ...moved(order) } : order));
  return { ...snapshot, orders };
}

function findingsOf(invariant: Invariant, snapshot: Snapshot, itemsBefore = snapshot.items) {
  return liveVerdict(snapshot, itemsBefore).invariants.find((each) => each.invariant === invariant);
}

const HELD = changeReservation('declined', { state: 'HELD' });
const LEFTOVER = 'nothing left behind a finished order';

describe('a look at orders that come and go', () => {
  test('finds nothing where all invariants hold, and says which need what no table holds', () => {
    const verdict = liveVerdict(SOUND, SOUND.items);
    expect(verdict).toMatchObject({ orders: 9, on_their_way: 0 });
    expect(verdict.invariants.filter(({ total, findings }) => total > 0 || findings.length > 0)).toEqual([]);
    const unchecked = verdict.invariants.flatMap(({ invariant, unchecked }) => (unchecked ? [invariant] : []));
    expect(unchecked).toEqual(['no answer taken back', 'webhooks are told every change, in order']);
  });

  test('finds what is left behind an order that has rested, and names the order', () => {
    expect(findingsOf(LEFTOVER, HELD)).toEqual({
      invariant: LEFTOVER,
      total: 1,
      findings: [{ order_id: 'declined', finding: 'it is REJECTED, but its stock is still held' }],
    });
  });

  test.each([
    [LEFTOVER, HELD, 'declined', 180],
    ['every accepted order ends', changeExecution('confirmed', { status: 'ABORTED' }), 'confirmed', 180],
    ['captured once, exactly with committed stock', changeCharge('confirmed', { captures: 2 }), 'confirmed', 60],
    ['never more given back than was taken', changeCharge('confirmed', { refunded_minor: 7 }), 'confirmed', 60],
  ] as const)('%s: an order is judged only once it has rested', (invariant, broken, order_id, seconds) => {
    expect(findingsOf(invariant, endedBefore(seconds - 1, order_id, broken))?.total).toBe(0);
    expect(findingsOf(invariant, endedBefore(seconds, order_id, broken))?.total).toBeGreaterThan(0);
  });

  test.each([
    ['its execution runs', { executions: changeExecution('declined', { status: 'RUNNING' }).executions }],
    [
      'its execution is about to be redriven',
      { executions: changeExecution('declined', { status: 'PENDING_REDRIVE' }).executions },
    ],
    [
      'a refund of it is under way',
      {
        orders: changeOrder('declined', {
          refunds: { r: { amount_minor: 1, status: 'REQUESTED', restock: false } },
        }).orders,
      },
    ],
  ])('an order is not judged while %s', (_why, change) => {
    expect(findingsOf(LEFTOVER, { ...HELD, ...change })?.total).toBe(0);
  });

  test('money taken for an order that is not there counts at once: it has no time at which it rested', () => {
    const snapshot = { ...SOUND, orders: SOUND.orders.filter(({ order_id }) => order_id !== 'confirmed') };
    const withoutExecution = snapshot.executions.filter(({ order_id }) => order_id !== 'confirmed');
    const found = findingsOf('captured once, exactly with committed stock', {
      ...snapshot,
      executions: withoutExecution,
    });
    expect(found?.findings).toMatchObject([{ order_id: 'confirmed' }]);
  });

  test('a record that does not fit its status is wrong at any moment, even while its saga runs', () => {
    const wrong = changeOrder('confirmed', { amount_minor: 1 });
    const running = { ...wrong, executions: changeExecution('confirmed', { status: 'RUNNING' }).executions };
    expect(findingsOf('the record of an order fits its status', endedBefore(0, 'confirmed', running))?.total).toBe(1);
  });

  test('an item whose counters changed during the reading is left out, and one that stood still is not', () => {
    const items = SOUND.items.map((item) => ({ ...item, held: item.held + 1 }));
    expect(findingsOf('stock adds up', { ...SOUND, items })?.total).toBe(2);
    expect(findingsOf('stock adds up', { ...SOUND, items }, SOUND.items)?.total).toBe(0);
  });

  test('a row of a spread item is left out where its item changed during the reading', () => {
    const row = (item_id: string, held: number) => ({ item_id, stocked: 5, available: 5, held, sold: 0 });
    const wide = (held: number) => ({
      ...row('wide', held),
      stocked: 10,
      available: 10,
      rows: [{ ...row('wide', 0), shards: 2 }, row('wide#1', held)],
    });
    const snapshot = { ...SOUND, items: [...SOUND.items, wide(1)] };
    const found = findingsOf('stock adds up', snapshot)?.findings ?? [];
    expect(found.map((each) => 'item_id' in each && each.item_id)).toContain('wide#1');
    expect(findingsOf('stock adds up', snapshot, [...SOUND.items, wide(0)])?.total).toBe(0);
  });

  test('lists the first findings and counts them all', () => {
    const orders = Array.from({ length: 30 }, (_, index) => ({
      ...(SOUND.orders[0] as OrderSnapshot),
      order_id: `order-${index}`,
      timeline: [],
    }));
    const found = findingsOf('the record of an order fits its status', { ...SOUND, orders });
    expect([found?.total, found?.findings.length]).toEqual([30, 20]);
  });

  test('counts the orders on their way', () => {
    const snapshot = changeExecution('confirmed', { status: 'RUNNING' });
    expect(liveVerdict(snapshot, snapshot.items).on_their_way).toBe(1);
  });

  test('reads no table where there are more orders than a look may read', async () => {
    const refuse = () => Promise.reject(new Error('a table was read'));
    const many = { orderCount: async () => 101, items: refuse, read: refuse };
    expect(await checkLive(many, 100)).toEqual({ too_many: 101, most: 100 });
    await expect(checkLive(many, 101)).rejects.toThrow('a table was read');
  });
});
