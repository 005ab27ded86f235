import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inventoryTables, itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { expectRowsToMatch } from '../../tests/support/inventory-rows.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { documentClient } from '../common/dynamodb-client.ts';
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
    hotItems: { spread: [{ itemId: 'hot', shards: SHARDS }], conflictsPerSecond: 0 },
  });
});

afterEach(() => inventory.close());

function lines(count: number, itemId = 'hot') {
  return [{ itemId, count }];
}

/** The ids of orders whose first shard of the hot item is this one. */
function ordersAt(shard: number, count: number): readonly string[] {
  const all = Array.from({ length: 200 }, (_, index) => `order-${index}`);
  return all.filter((order) => shardSequence(order, 'hot', SHARDS)[0] === shard).slice(0, count);
}

describe('an order is not refused while a piece is left', () => {
  test('though its own row is emptied between its look and its write', async () => {
    const [overtaken = '', faster = ''] = ordersAt(2, 2);
    const { reservations, ...others } = inventory.otherInstance;
    let overtakes = true;
    const instance: Inventory = {
      ...others,
      reservations: {
        ...reservations,
        apply: async (change, signal) => {
          if (overtakes) {
            overtakes = false;
            await inventory.reserve(faster, lines(2));
          }
          return reservations.apply(change, signal);
        },
      },
    };
    const order = { orderId: overtaken, lines: [{ item_id: 'hot', count: 1 }], holdSeconds: 20 };
    expect(await reserve(instance, order, never)).toMatchObject({ state: 'HELD' });
    expect(await inventory.stock('hot')).toMatchObject({ available: 7, held: 3 });
  });

  /** An instance that sees nothing in the rows of the hot item in its first looks, which end with `between`. */
  function blinded(looks: number, between: (look: number) => Promise<unknown>): Inventory {
    const { rows, ...others } = inventory.otherInstance;
    const near: typeof rows.near = async (ids, order, signal) => {
      const found = await rows.near(ids, order, signal);
      return new Map([...found].map(([id, item]) => [id, { ...item, available: 0 }]));
    };
    let look = 0;
    const glance: typeof rows.glance = async (id, signal) => {
      const stock = await rows.glance(id, signal);
      look++;
      await between(look);
      return look > looks || stock === undefined
        ? stock
        : { ...stock, rows: stock.rows.map((row) => ({ ...row, available: 0 })) };
    };
    return { ...others, rows: { ...rows, glance, near } };
  }

  const unlucky = { orderId: 'unlucky', lines: [{ item_id: 'hot', count: 1 }], holdSeconds: 20 };

  test('though at each of its looks the piece has just come back to a row that it saw before', async () => {
    await inventory.reserve('holder-0', lines(10));
    const instance = blinded(4, async (look) => {
      await inventory.release(`holder-${look - 1}`);
      if (look < 4) {
        await inventory.reserve(`holder-${look}`, lines(10));
      }
    });
    expect(await reserve(instance, unlucky, never)).toMatchObject({ state: 'HELD' });
    expect(await inventory.stock('hot')).toMatchObject({ available: 9, held: 1 });
  });

  test('though pieces move from row to row while it looks, even where nobody says that the move has ended', async () => {
    await inventory.reserve('all', lines(9));
    const documents = documentClient(inventory.dynamoDb);
    const mark = new UpdateCommand({
      TableName: inventoryTables.items,
      Key: { item_id: 'hot' },
      UpdateExpression: 'ADD moves :notes',
      ExpressionAttributeValues: { ':notes': new Set(['2029-12-31T23:59:30Z#move']) },
    });
    await documents.send(mark);
    const instance = blinded(2, async () => undefined);
    expect(await reserve(instance, unlucky, never)).toMatchObject({ state: 'HELD' });
    expect(await inventory.stock('hot')).toMatchObject({ available: 0, held: 10 });
    expect((await failureOf(inventory.reserve('late', lines(1)))).reason).toBe('OUT_OF_STOCK');
  });

  const request = { requestId: 'more', itemId: 'hot', name: '', unitPrice: undefined, count: 4 };
  test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['Release', () => inventory.reserve('order', lines(10)), () => inventory.release('order')],
    [
      'the sweeper',
      async () => {
        await inventory.reserve('order', lines(10), 10);
        now += 10_000;
      },
      () => inventory.sweep(),
    ],
    [
      'Return',
      async () => {
        await inventory.reserve('order', lines(10));
        await inventory.commit('order');
      },
      () => inventory.return('order', 'back'),
    ],
    ['Restock', async () => undefined, () => call(inventory.client, inventory.client.restock, request)],
    ['Correct', async () => undefined, () => inventory.correct('counted', 'hot', 30)],
    [
      'gathering',
      () => inventory.reserve('order', lines(5)),
      () =>
        inventory.otherInstance.shards.gather(
          'hot',
          [2, 3].map((shard) => ({ shard, count: 1 })),
          never,
        ),
    ],
  ])('because a row that gets pieces by %s counts that', async (_way, before, way) => {
    await before();
    const rows = await inventory.shards('hot');
    await way();
    const gained = (await inventory.shards('hot')).flatMap((row, shard) => {
      const [pieces, arrivals] = [rows[shard]?.available ?? 0, rows[shard]?.arrivals ?? 0];
      return row.available > pieces ? [{ shard, isCounted: row.arrivals > arrivals }] : [];
    });
    expect(gained.length).toBeGreaterThan(0);
    expect(gained).toEqual(gained.map(({ shard }) => ({ shard, isCounted: true })));
  });

  test('though its pieces lie in more rows than one transaction can write', async () => {
    const request = { name: 'shells', unitPrice: { minorUnits: 1, currency: 'USD' }, count: 64 };
    for (const itemId of ['shells', 'sand']) {
      await call(inventory.client, inventory.client.restock, { ...request, requestId: itemId, itemId });
      await inventory.spread(itemId, 64);
    }
    await inventory.reserve('all', [...lines(64, 'shells'), ...lines(63, 'sand'), ...lines(1, 'cold')]);
    expect(await inventory.stock('shells')).toMatchObject({ stocked: 64, available: 0, held: 64 });
    expect(await inventory.stock('sand')).toMatchObject({ stocked: 64, available: 1, held: 63 });
    await expectRowsToMatch(inventory, 'shells', ['all']);
    await expectRowsToMatch(inventory, 'sand', ['all']);
    await inventory.commit('all');
    await inventory.return('all', 'back');
    await expectRowsToMatch(inventory, 'shells', ['all']);
    expect(await inventory.stock('sand')).toMatchObject({ stocked: 64, available: 64, held: 0, sold: 0 });
  });
});
