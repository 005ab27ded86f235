import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { interpose, readNothingOnce, requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { confirmedOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import type { Order } from './order.ts';
import {
  type ListPosition,
  listOrders,
  MAX_PAGE_SIZE,
  type OrderFilter,
  oldestOfStatus,
  readOrders,
} from './order-listing.ts';
import { ORDER_STATUSES } from './order-status.ts';

const database = withOrderTable();
const START = Date.parse('2026-11-01T00:00:00.000Z');
let requests: readonly string[];

beforeAll(() => {
  requests = requestsOf(database.table.client);
});

/** Orders of all statuses and three owners, a minute apart; every fifth shares its time with the one before. */
async function manyOrders(count: number, owner = randomUUID()): Promise<readonly Order[]> {
  const orders = Array.from({ length: count }, (_, index) =>
    testOrder({
      status: ORDER_STATUSES[index % ORDER_STATUSES.length] ?? 'PENDING',
      created_at: new Date(START + (index - (index % 5 === 4 ? 1 : 0)) * 60_000).toISOString(),
      owner: `${owner}-${index % 3}`,
    }),
  );
  for (let from = 0; from < count; from += 25) {
    const puts = orders.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await database.table.client.send(new BatchWriteCommand({ RequestItems: { [database.table.name]: puts } }));
  }
  return orders;
}

async function allPages(filter: OrderFilter, limit: number): Promise<readonly (readonly Order[])[]> {
  const pages: (readonly Order[])[] = [];
  let after: ListPosition | undefined;
  do {
    const page = await listOrders(database.table, filter, limit, after);
    pages.push(page.orders);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

function newestFirst(orders: readonly Order[]): readonly string[] {
  return orders.map(({ created_at }) => created_at).toSorted((one, other) => (one < other ? 1 : -1));
}

describe('a list of orders', () => {
  let orders: readonly Order[];
  beforeAll(async () => {
    orders = await manyOrders(137);
  });

  test.each([1, 7, 50])('in pages of %i has every order once, the newest first', async (limit) => {
    const pages = await allPages({}, limit);
    const listed = pages.flat();
    expect(listed.map(({ order_id }) => order_id).toSorted()).toEqual(
      orders.map(({ order_id }) => order_id).toSorted(),
    );
    expect(listed.map(({ created_at }) => created_at)).toEqual(newestFirst(orders));
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
  });

  test('by status has the orders of that status alone', async () => {
    const listed = (await allPages({ status: 'CONFIRMED' }, 5)).flat();
    expect(listed.map(({ created_at }) => created_at)).toEqual(
      newestFirst(orders.filter(({ status }) => status === 'CONFIRMED')),
    );
  });

  test('by owner has the orders of that owner alone, also together with a status', async () => {
    const owner = orders[0]?.owner ?? '';
    const owned = orders.filter((order) => order.owner === owner);
    expect((await allPages({ owner }, 10)).flat().map(({ created_at }) => created_at)).toEqual(newestFirst(owned));
    const listed = (await allPages({ owner, status: 'PAID' }, 3)).flat();
    expect(listed.map(({ order_id }) => order_id).toSorted()).toEqual(
      owned
        .filter(({ status }) => status === 'PAID')
        .map(({ order_id }) => order_id)
        .toSorted(),
    );
  });

  test('between two times has the first and not the last', async () => {
    const [from, to] = [new Date(START + 10 * 60_000), new Date(START + 21 * 60_000)];
    const listed = (await allPages({ from, to }, 4)).flat();
    expect(listed.map(({ created_at }) => created_at)).toEqual(
      newestFirst(orders.filter(({ created_at }) => created_at >= from.toISOString() && created_at < to.toISOString())),
    );
    expect(await listOrders(database.table, { from: to, to: from }, 4)).toEqual({ orders: [] });
  });

  test('knows when the oldest order of a status was placed', async () => {
    expect(await oldestOfStatus(database.table, 'RESERVED')).toBe(new Date(START + 60_000).toISOString());
  });
});

test('an order that moves to another status between two pages is not listed a second time', async () => {
  const owner = randomUUID();
  const orders = await manyOrders(12, owner);
  const filter = { from: new Date(START), to: new Date(START + 12 * 60_000) };
  const first = await listOrders(database.table, filter, 3);
  const [moved] = first.orders;
  const Item = { ...moved, status: 'NEEDS_ATTENTION' };
  await database.table.client.send(
    new BatchWriteCommand({ RequestItems: { [database.table.name]: [{ PutRequest: { Item } }] } }),
  );
  const second = await listOrders(database.table, filter, MAX_PAGE_SIZE, first.next);
  expect(second.orders.map(({ order_id }) => order_id)).not.toContain(moved?.order_id);
  expect(orders.length).toBe(12);
});

test('a page needs as many requests of 2,000 orders as of 200', async () => {
  const used = async (work: () => Promise<unknown>) => {
    const before = requests.length;
    await work();
    return requests.slice(before).toSorted();
  };
  const owner = randomUUID();
  const calls = async () => ({
    all: await used(() => listOrders(database.table, {}, 20)),
    status: await used(() => listOrders(database.table, { status: 'CONFIRMED' }, 20)),
    owner: await used(() => listOrders(database.table, { owner: `${owner}-0` }, 20)),
    oldest: await used(() => oldestOfStatus(database.table, 'NEEDS_ATTENTION')),
  });
  await manyOrders(200, owner);
  const few = await calls();
  await manyOrders(2_000, owner);
  expect(await calls()).toEqual(few);
  expect(few.all).toHaveLength(11);
  expect(few.status).toHaveLength(2);
  expect(few.owner).toHaveLength(2);
  expect(few.oldest).toHaveLength(1);
}, 60_000);

test('orders of the time at which a list begins are all in it, on whichever page', async () => {
  const [owner, created_at] = [randomUUID(), new Date(START).toISOString()];
  const one = await database.written(testOrder({ owner, created_at }));
  const other = await database.written(testOrder({ owner, created_at }));
  const listed = (await allPages({ owner, from: new Date(START) }, 1)).flat();
  expect(listed.map(({ order_id }) => order_id).toSorted()).toEqual([one.order_id, other.order_id].toSorted());
});

test('an order that two queries found, because its status changed in between, is read once', async () => {
  const [one, other] = [await database.written(testOrder()), await database.written(testOrder())];
  const ids = [one.order_id, other.order_id, one.order_id, testOrder().order_id];
  expect((await readOrders(database.table, ids)).map(({ order_id }) => order_id)).toEqual([
    one.order_id,
    other.order_id,
  ]);
});

test('orders that DynamoDB does not read under load are read again: none is missing from a page', async () => {
  const one = await database.written(testOrder({ owner: randomUUID() }));
  readNothingOnce(database.table.client);
  const { orders } = await listOrders(database.table, { owner: one.owner }, 10);
  expect(orders.map(({ order_id }) => order_id)).toEqual([one.order_id]);
});

test('an order whose refund is carried on while it is looked for is not listed as waiting for an operator', async () => {
  const { client, name } = database.table;
  const waiting = await database.written(confirmedOrder({ refund_parked_step: 'RefundPayment' }));
  const carriedOn = await database.written(confirmedOrder({ refund_parked_step: 'RefundPayment' }));
  const { refund_parked_step: _, ...Item } = carriedOn;
  interpose(client, 'BatchGetItemCommand', () => client.send(new PutCommand({ TableName: name, Item })));
  const { orders } = await listOrders(database.table, { refundSteps: ['RefundPayment'] }, 10);
  expect(orders.map(({ order_id }) => order_id)).toEqual([waiting.order_id]);
});
