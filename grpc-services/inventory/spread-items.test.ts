import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../embedded/eventually.ts';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { expectRowsToMatch } from '../../tests/support/inventory-rows.ts';
import { CallFailure, call, failureOf } from '../../tests/support/unary-client.ts';
import { commit } from './commit.ts';
import { correct } from './correct.ts';
import { spreadItem } from './hot-items.ts';
import type { Inventory } from './inventory.ts';
import { reserve } from './reserve.ts';
import { shardSequence } from './shards.ts';

let inventory: TestInventory;
let now: number;
const SHARDS = 4;
const never = new AbortController().signal;

beforeEach(async () => {
  now = Date.parse('2030-01-01T00:00:00Z');
  inventory = await startInventory({
    clock: () => now,
    catalogue: [itemInStock('hot', 10), itemInStock('cold', 10)],
    hotItems: {
      spread: [
        { itemId: 'hot', shards: SHARDS },
        { itemId: 'later', shards: 3 },
      ],
      conflictsPerSecond: 0,
    },
  });
});

afterEach(() => inventory.close());

function lines(count: number, itemId = 'hot') {
  return [{ itemId, count }];
}

function available(itemId = 'hot'): Promise<readonly number[]> {
  return inventory.shards(itemId).then((rows) => rows.map((row) => row.available));
}

/** The ids of orders whose first shard of the hot item is this one. */
function ordersAt(shard: number, count: number): readonly string[] {
  const all = Array.from({ length: 200 }, (_, index) => `order-${index}`);
  return all.filter((order) => shardSequence(order, 'hot', SHARDS)[0] === shard).slice(0, count);
}

describe('an item that is spread', () => {
  test('has one count in the catalogue, and its shards are no items', async () => {
    expect(await available()).toEqual([3, 3, 2, 2]);
    const { items } = await call(inventory.client, inventory.client.listItems, { pageSize: 1000, pageToken: '' });
    expect(items.map(({ id, stocked, available: left }) => ({ id, stocked, left }))).toEqual([
      { id: 'cold', stocked: 10, left: 10 },
      { id: 'hot', stocked: 10, left: 10 },
    ]);
    expect((await failureOf(inventory.reserve('sly', lines(1, 'hot#1')))).metadata).toEqual({
      field: 'lines[0].item_id',
    });
  });

  test('sells its last piece, and refuses one more with the count of all rows', async () => {
    for (let order = 0; order < 8; order++) {
      await inventory.reserve(`order-${order}`, lines(1));
    }
    const more = { reason: 'OUT_OF_STOCK', metadata: { item_id: 'hot', requested: '3', available: '2' } };
    expect(await failureOf(inventory.reserve('greedy', lines(3)))).toMatchObject(more);
    expect((await inventory.reserve('exact', lines(2))).state).toBe(ReservationState.HELD);
    expect(await failureOf(inventory.reserve('late', lines(1)))).toMatchObject({
      reason: 'OUT_OF_STOCK',
      metadata: { available: '0' },
    });
    expect(await inventory.stock('hot')).toMatchObject({ stocked: 10, available: 0, held: 10 });
  });

  test('gives an order more than any row has, takes it back, and sells it piece by piece', async () => {
    await inventory.reserve('large', [...lines(9), ...lines(2, 'cold')]);
    expect((await available()).toSorted()).toEqual([0, 0, 0, 1]);
    await expectRowsToMatch(inventory, 'hot', ['large']);
    await inventory.release('large');
    expect(await available()).toEqual([3, 3, 2, 2]);

    await inventory.reserve('kept', lines(9));
    await inventory.commit('kept');
    for (const [piece, count] of [4, 1, 3].entries()) {
      const { lines: shown } = await inventory.return('kept', `return-${piece}`, lines(count));
      expect(shown).toEqual([expect.objectContaining({ itemId: 'hot', count: 9 })]);
      await expectRowsToMatch(inventory, 'hot', ['kept']);
    }
    expect(await inventory.stock('hot')).toMatchObject({ stocked: 10, available: 9, held: 0, sold: 1 });
  });

  test('gets stock of an expired hold back into the rows that it came from', async () => {
    await inventory.reserve('slow', lines(9), 10);
    now += 10_000;
    expect(await inventory.sweep()).toBe(1);
    expect(await available()).toEqual([3, 3, 2, 2]);
    await expectRowsToMatch(inventory, 'hot', ['slow']);
  });

  test('lets an expired hold be sold from other rows than it was held in, as long as any piece is left', async () => {
    const [slow = '', ...others] = ordersAt(1, 8);
    await inventory.reserve(slow, lines(2), 10);
    now += 10_000;
    await inventory.sweep();
    await inventory.reserve(others[0] ?? '', lines(3));
    expect((await available())[1]).toBe(0);
    expect((await inventory.commit(slow)).state).toBe(ReservationState.COMMITTED);
    await expectRowsToMatch(inventory, 'hot', [slow, ...others]);
    expect(await inventory.stock('hot')).toMatchObject({ available: 5, held: 3, sold: 2 });
  });

  test('refuses to sell an expired hold once the pieces of all rows are gone', async () => {
    await inventory.reserve('slow', lines(2), 10);
    now += 10_000;
    await inventory.sweep();
    await inventory.reserve('others', lines(9));
    expect((await failureOf(inventory.commit('slow'))).reason).toBe('RESERVATION_EXPIRED');
    expect(await inventory.stock('hot')).toMatchObject({ available: 1, held: 9, sold: 0 });
  });

  test('is spread by the service itself as soon as it exists', async () => {
    const unitPrice = { minorUnits: 700, currency: 'USD' };
    const request = { requestId: 'new', itemId: 'later', name: 'later', unitPrice, count: 7 };
    await call(inventory.client, inventory.client.restock, request);
    const isSpread = async (): Promise<boolean | undefined> => (await available('later')).length === 3 || undefined;
    await eventually(isSpread, { withinMs: 20_000, pollMs: 100, what: 'the new item is spread' });
    expect(await available('later')).toEqual([3, 2, 2]);
  });

  test('is restocked where little is left, once for each request id, and may change its name and price', async () => {
    await inventory.reserve('early', lines(5));
    const before = await available();
    const unitPrice = { minorUnits: 700, currency: 'USD' };
    const request = { requestId: 'more', itemId: 'hot', name: 'new name', unitPrice, count: 7 };
    const answers = await Promise.all([1, 2].map(() => call(inventory.client, inventory.client.restock, request)));
    for (const { item } of answers) {
      expect(item).toMatchObject({ name: 'new name', unitPrice, stocked: 17, available: 12, held: 5 });
    }
    expect(Math.min(...before)).toBe(0);
    expect(await available()).toEqual([3, 3, 3, 3]);
    await expectRowsToMatch(inventory, 'hot', ['early']);
  });

  test('keeps its pieces in their rows when it is corrected: an order that looks meanwhile must not miss one', async () => {
    await inventory.reserve('early', lines(9));
    const left = await available();
    await inventory.correct('recounted', 'hot', 1);
    expect(await available()).toEqual(left);
    await inventory.correct('found', 'hot', 3);
    const more = await available();
    expect(more.filter((pieces, shard) => pieces < (left[shard] ?? 0))).toEqual([]);
    await inventory.correct('lost', 'hot', 2);
    expect((await available()).filter((pieces, shard) => pieces > (more[shard] ?? 0))).toEqual([]);
    await expectRowsToMatch(inventory, 'hot', ['early']);
  });

  test('is corrected as a whole, and what is held stays held', async () => {
    await inventory.reserve('early', lines(5));
    expect(await inventory.correct('counted', 'hot', 2)).toMatchObject({
      previousAvailable: 5,
      item: { stocked: 7, available: 2, held: 5 },
    });
    expect((await available()).toSorted()).toEqual([0, 0, 1, 1]);
    await inventory.correct('withdrawn', 'hot', 0);
    expect((await failureOf(inventory.reserve('late', lines(1)))).reason).toBe('OUT_OF_STOCK');
    await expectRowsToMatch(inventory, 'hot', ['early']);
  });
});

describe('an item that is spread while orders have its stock', () => {
  test('lets them be sold, released, expire and come back as if nothing had happened', async () => {
    const orders = ['sold', 'released', 'expired', 'returned'];
    for (const order of orders) {
      await inventory.reserve(order, lines(2, 'cold'), order === 'expired' ? 10 : 60);
    }
    await inventory.commit('returned');
    await inventory.spread('cold', 3);
    await expectRowsToMatch(inventory, 'cold', orders);
    await inventory.commit('sold');
    await inventory.release('released');
    await inventory.return('returned', 'back');
    now += 10_000;
    await inventory.sweep();
    await expectRowsToMatch(inventory, 'cold', orders);
    expect(await inventory.stock('cold')).toMatchObject({ stocked: 10, available: 8, held: 0, sold: 2 });
  });

  test('does not refuse an order that had looked at its only row before', async () => {
    const { reservations, ...others } = inventory.otherInstance;
    let spread = false;
    const instance: Inventory = {
      ...others,
      reservations: {
        ...reservations,
        apply: async (change, signal) => {
          if (!spread) {
            spread = true;
            await inventory.spread('cold', 5);
          }
          return reservations.apply(change, signal);
        },
      },
    };
    const order = { orderId: 'large', lines: [{ item_id: 'cold', count: 9 }], holdSeconds: 20 };
    expect(await reserve(instance, order, never)).toMatchObject({ state: 'HELD' });
    await expectRowsToMatch(inventory, 'cold', ['large']);
    expect(await inventory.stock('cold')).toMatchObject({ available: 1, held: 9 });
  });

  test('does not refuse to sell a hold that expired in its only row', async () => {
    await inventory.reserve('slow', lines(9, 'cold'), 10);
    now += 10_000;
    await inventory.sweep();
    await inventory.spread('cold', 5);
    expect(await commit(inventory.otherInstance, 'slow', never)).toMatchObject({ state: 'COMMITTED' });
    await expectRowsToMatch(inventory, 'cold', ['slow']);
  });

  test('is not corrected by what was read of its only row', async () => {
    await inventory.correct('one', 'cold', 1);
    const { corrections, ...others } = inventory.otherInstance;
    let spread = false;
    const instance: Inventory = {
      ...others,
      corrections: {
        ...corrections,
        apply: async (...change) => {
          if (!spread) {
            spread = true;
            // Its own row still has the one piece, but is not the only row any more.
            await inventory.spread('cold', 2);
            await call(inventory.client, inventory.client.restock, {
              requestId: 'found',
              itemId: 'cold',
              name: '',
              unitPrice: undefined,
              count: 1,
            });
            expect(await available('cold')).toEqual([1, 1]);
          }
          return corrections.apply(...change);
        },
      },
    };
    const request = { requestId: 'late', itemId: 'cold', available: 5, reason: 'counted', correctedBy: '' };
    const { previousAvailable } = await correct(instance, request, never);
    expect(previousAvailable).toBe(2);
    expect(await inventory.stock('cold')).toMatchObject({ available: 5 });
  });

  test('stays as it is when it has as many rows or more, and grows when it has fewer', async () => {
    await inventory.reserve('early', lines(5));
    await inventory.spread('hot', 2);
    expect(await available()).toHaveLength(4);
    await inventory.spread('hot', 5);
    expect(await available()).toEqual([1, 1, 1, 1, 1]);
    await expectRowsToMatch(inventory, 'hot', ['early']);
  });

  test('is spread by one of two instances that both want to', async () => {
    const { shards, ...others } = inventory.otherInstance;
    const spread: typeof shards.spread = async (...change) => {
      await inventory.spread('cold', 3);
      return shards.spread(...change);
    };
    const item = { itemId: 'cold', shards: 3 };
    expect(await spreadItem({ ...others, shards: { ...shards, spread } }, item, never)).toBe(false);
    expect(await available('cold')).toEqual([4, 3, 3]);
    expect(await notedMoves('cold')).toBe(0);
  });

  test('is said to be on the move as long as nobody knows whether the move has ended', async () => {
    await inventory.spread('cold', 2);
    expect(await notedMoves('cold')).toBe(0);
    let losesReply = true;
    inventory.dynamoDb.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (losesReply && commandName === 'TransactWriteItemsCommand') {
            losesReply = false;
            throw new Error('the answer got lost');
          }
          return answer;
        },
      { step: 'initialize', name: 'lost answer' },
    );
    await expect(inventory.spread('cold', 3)).rejects.toThrow('the answer got lost');
    expect(await available('cold')).toEqual([4, 3, 3]);
    expect(await notedMoves('cold')).toBe(1);
    await inventory.reserve('all', lines(10, 'cold'));
    expect((await failureOf(inventory.reserve('late', lines(1, 'cold')))).reason).toBe('OUT_OF_STOCK');
  });

  async function notedMoves(itemId: string): Promise<number | undefined> {
    return (await inventory.otherInstance.rows.stocks([itemId], never)).get(itemId)?.item.moves.size;
  }
});

/** Conflicts with too many others, and what a slow machine adds. */
const RETRYABLE: ReadonlySet<string> = new Set(['ABORTED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED']);

test('1,000 customers race for 100 pieces of an item in 16 rows: exactly 100 get one', async () => {
  await call(inventory.client, inventory.client.restock, {
    requestId: 'ticket',
    itemId: 'ticket',
    name: 'ticket',
    unitPrice: { minorUnits: 100, currency: 'USD' },
    count: 100,
  });
  await inventory.spread('ticket', 16);
  const customers = Array.from({ length: 1_000 }, (_, index) => `customer-${index}`);
  const waiting = [...customers];
  const refusals: string[] = [];
  const winners: string[] = [];
  await Promise.all(Array.from({ length: 100 }, race));
  expect(winners).toHaveLength(100);
  expect(refusals).toEqual(Array.from({ length: 900 }, () => 'OUT_OF_STOCK'));
  expect(await inventory.stock('ticket')).toMatchObject({ stocked: 100, available: 0, held: 100, sold: 0 });
  await expectRowsToMatch(inventory, 'ticket', winners);

  /** Lets customers come, one after the other, as long as any wait. A call that may succeed later is repeated, as sagas do. */
  async function race(): Promise<void> {
    for (let customer = waiting.pop(); customer !== undefined; customer = waiting.pop()) {
      try {
        await inventory.reserve(customer, lines(1, 'ticket'));
        winners.push(customer);
      } catch (error) {
        if (!(error instanceof CallFailure)) {
          throw error;
        }
        if (RETRYABLE.has(error.code)) {
          waiting.push(customer);
        } else {
          refusals.push(String(error.reason));
        }
      }
    }
  }
}, 120_000);
