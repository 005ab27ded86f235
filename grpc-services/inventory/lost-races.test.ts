import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { inventoryTables, itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { commit } from './commit.ts';
import { expireHolds } from './expire-holds.ts';
import type { Inventory } from './inventory.ts';
import { release } from './release.ts';
import { reserve } from './reserve.ts';

// A call decides by what it read, and another call writes before it does. The test makes that other call itself.
let inventory: TestInventory;
let now: number;

beforeEach(async () => {
  now = Date.parse('2030-01-01T00:00:00Z');
  inventory = await startInventory({ clock: () => now, catalogue: [itemInStock('seat', 4)] });
});

afterEach(() => inventory.close());

const two = [{ itemId: 'seat', count: 2 }];
const never = new AbortController().signal;
const RESERVE = { orderId: 'order', lines: [{ item_id: 'seat', count: 2 }], holdSeconds: 20 };
const RELEASE = { orderId: 'order', reason: 'test' };

/** An inventory in which another call comes between a read and the write that follows it. */
function overtakenBy(other: () => Promise<unknown>, writesBefore = 0): Inventory {
  let writes = 0;
  const { reservations, ...others } = inventory.otherInstance;
  return {
    ...others,
    reservations: {
      ...reservations,
      apply: async (change, signal) => {
        writes++;
        if (writes === writesBefore + 1) {
          await other();
        }
        return reservations.apply(change, signal);
      },
    },
  };
}

describe('a call that another one overtakes decides anew', () => {
  test('a Release that was about to leave a tombstone releases the stock of the Reserve that came first', async () => {
    const overtaken = overtakenBy(() => inventory.reserve('order', two));
    expect(await release(overtaken, RELEASE, never)).toMatchObject({ state: 'RELEASED', lines: [{ count: 2 }] });
    expect(await inventory.stock('seat')).toMatchObject({ available: 4, held: 0 });
  });

  test('a Release that a Commit overtakes is refused', async () => {
    await inventory.reserve('order', two);
    const overtaken = overtakenBy(() => inventory.commit('order'));
    await expect(release(overtaken, RELEASE, never)).rejects.toMatchObject({ reason: 'RESERVATION_COMMITTED' });
    expect(await inventory.stock('seat')).toMatchObject({ available: 2, held: 0, sold: 2 });
  });

  test('a Commit that a Release overtakes is refused', async () => {
    await inventory.reserve('order', two);
    const overtaken = overtakenBy(() => inventory.release('order'));
    await expect(commit(overtaken, 'order', never)).rejects.toMatchObject({ reason: 'RESERVATION_RELEASED' });
    expect(await inventory.stock('seat')).toMatchObject({ available: 4, held: 0, sold: 0 });
  });

  test('a Commit that the sweeper overtakes takes the stock again', async () => {
    await inventory.reserve('order', two, 10);
    now += 10_000;
    const overtaken = overtakenBy(() => inventory.sweep());
    expect((await commit(overtaken, 'order', never)).state).toBe('COMMITTED');
    expect(await inventory.stock('seat')).toMatchObject({ available: 2, held: 0, sold: 2 });
  });

  test('a Reserve that a Release overtakes is refused', async () => {
    const overtaken = overtakenBy(() => inventory.release('order'));
    await expect(reserve(overtaken, RESERVE, never)).rejects.toMatchObject({ reason: 'RESERVATION_RELEASED' });
    expect(await inventory.stock('seat')).toMatchObject({ available: 4, held: 0 });
  });

  test('a Reserve that extends its hold while a Release overtakes it is refused', async () => {
    await inventory.reserve('order', two, 10);
    const overtaken = overtakenBy(() => inventory.release('order'), 1);
    await expect(reserve(overtaken, RESERVE, never)).rejects.toMatchObject({ reason: 'RESERVATION_RELEASED' });
    expect((await inventory.reservation('order')).state).toBe(ReservationState.RELEASED);
  });

  test('a Reserve that another order overtakes is refused with what is left, and the refusal is kept', async () => {
    const overtaken = overtakenBy(() => inventory.reserve('faster', [{ itemId: 'seat', count: 3 }]));
    const refusal = { reason: 'OUT_OF_STOCK', metadata: { item_id: 'seat', requested: '2', available: '1' } };
    await expect(reserve(overtaken, RESERVE, never)).rejects.toMatchObject(refusal);
    await inventory.release('faster');
    await expect(inventory.reserve('order', two)).rejects.toMatchObject(refusal);
    expect((await inventory.reservation('order')).state).toBe(ReservationState.REFUSED);
  });

  test('a Reserve whose item is taken out of the table meanwhile is refused as of an unknown item', async () => {
    const key = { TableName: inventoryTables.items, Key: { item_id: { S: 'seat' } } };
    const overtaken = overtakenBy(() => inventory.dynamoDb.send(new DeleteItemCommand(key)));
    await expect(reserve(overtaken, RESERVE, never)).rejects.toMatchObject({
      reason: 'ITEM_NOT_FOUND',
      metadata: { item_id: 'seat' },
    });
  });

  test('a Reserve that finds its own hold, made with the last stock, is not refused for lack of it', async () => {
    const all = [{ itemId: 'seat', count: 4 }];
    await inventory.reserve('order', all);
    expect((await inventory.reserve('order', all)).state).toBe(ReservationState.HELD);
    expect(await inventory.stock('seat')).toMatchObject({ available: 0, held: 4 });
  });

  test('a sweep that a longer hold overtakes neither expires the hold nor counts it', async () => {
    await inventory.reserve('order', two, 10);
    now += 10_000;
    const overtaken = overtakenBy(() => inventory.reserve('order', two, 10));
    const report = (_orderId: string, error: unknown): never => {
      throw error;
    };
    expect(await expireHolds(overtaken, never, report)).toBe(0);
    expect((await inventory.reservation('order')).state).toBe(ReservationState.HELD);
    expect(await inventory.stock('seat')).toMatchObject({ available: 2, held: 2 });
  });
});

test('a Reserve that is overtaken on two of its three items names the first of them, with what is left of that one', async () => {
  await inventory.close();
  const catalogue = ['plenty', 'some', 'few'].map((id) => itemInStock(id, 5));
  inventory = await startInventory({ clock: () => now, catalogue });
  const overtaken = overtakenBy(() =>
    inventory.reserve('faster', [
      { itemId: 'some', count: 3 },
      { itemId: 'few', count: 4 },
    ]),
  );
  const lines = ['plenty', 'some', 'few'].map((item_id) => ({ item_id, count: 3 }));
  await expect(reserve(overtaken, { ...RESERVE, lines }, never)).rejects.toMatchObject({
    reason: 'OUT_OF_STOCK',
    metadata: { item_id: 'some', requested: '3', available: '2' },
  });
  expect(await inventory.stock('plenty')).toMatchObject({ available: 5, held: 0 });
});

describe('counters that contradict a reservation', () => {
  /** An inventory whose item has less held stock than its reservations say. */
  function contradictory(): Inventory {
    const { reservations, ...others } = inventory.otherInstance;
    const line = { item_id: 'seat', name: 'seat', count: 2, unit_price_minor: 500, currency: 'USD' };
    const apply = async () => ({ kind: 'short', line, available: 0, spread: false }) as const;
    return { ...others, reservations: { ...reservations, apply } };
  }

  const defect = 'item seat has less held stock than its reservations say';

  test('are a defect for Commit and Release, not a refusal', async () => {
    await inventory.reserve('order', two);
    await expect(commit(contradictory(), 'order', never)).rejects.toThrow(defect);
    await expect(release(contradictory(), RELEASE, never)).rejects.toThrow(defect);
  });

  test('are reported by the sweeper', async () => {
    await inventory.reserve('order', two, 10);
    now += 10_000;
    const reported: unknown[] = [];
    expect(await expireHolds(contradictory(), never, (...report) => reported.push(report))).toBe(0);
    expect(reported).toEqual([['order', new Error(defect)]]);
  });
});
