import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { listOrdersQuery, orderListSchema } from './contract/list-orders.ts';
import { createHandler } from './list-orders.ts';

const database = withOrderTable();
const handler = createHandler(() => ({ table: database.table }));
const ANN = { owner: 'ann', role: 'customer' };
const OLAF = { owner: 'olaf', role: 'operator' };

function list(query: Readonly<Record<string, string>>, caller: { readonly owner?: string; readonly role?: string }) {
  return handler(httpEvent({ query, ...caller })).then(read);
}

async function listed(query: Readonly<Record<string, string>>, caller: { readonly owner?: string } = OLAF) {
  const answer = await list(query, caller);
  expect(answer).toMatchObject({ statusCode: 200 });
  return orderListSchema.strict().parse(answer.data);
}

async function removeOrder(order_id: string): Promise<void> {
  const { client, name } = database.table;
  await client.send(new DeleteCommand({ TableName: name, Key: { order_id } }));
}

const parked = testOrder({
  status: 'NEEDS_ATTENTION',
  owner: 'ann',
  parked_step: 'CommitInventory',
  reason: 'CommitInventory: the hold is gone',
  task_token: 'token-secret',
});

beforeAll(async () => {
  await database.written(parked);
  for (let minute = 10; minute < 16; minute += 1) {
    const created_at = `2026-11-20T12:${minute}:00.000Z`;
    await database.written(testOrder({ owner: minute % 2 === 0 ? 'ann' : 'bob', status: 'CONFIRMED', created_at }));
  }
});

describe('GET /orders', () => {
  test('shows a customer its own orders, without what is for operators', async () => {
    const { orders } = await listed({}, ANN);
    expect(orders).toHaveLength(4);
    const text = JSON.stringify(orders);
    for (const inside of ['ann', 'CommitInventory', 'hold is gone', 'token-secret', 'parked_step']) {
      expect(text).not.toContain(inside);
    }
  });

  test('refuses a customer the orders of another owner, whether there are any or not', async () => {
    const answers = [await list({ owner: 'bob' }, ANN), await list({ owner: 'nobody' }, ANN)];
    for (const answer of answers) {
      expect(answer).toMatchObject({ statusCode: 403, data: 'that is not allowed', meta: { code: 'FORBIDDEN' } });
    }
  });

  test('shows an operator all orders, by status with step and reason, and by owner', async () => {
    expect((await listed({})).orders).toHaveLength(7);
    expect((await listed({ status: 'NEEDS_ATTENTION' })).orders).toMatchObject([
      { order_id: parked.order_id, owner: 'ann', parked_step: 'CommitInventory', reason: parked.reason },
    ]);
    expect((await listed({ owner: 'bob' })).orders).toHaveLength(3);
    expect((await listed({ from: '2026-11-20', to: '2026-11-21' })).orders).toHaveLength(6);
  });

  test('says of an order what it costs, when it changed and how it ended, to operators also whose it is and where it waits', async () => {
    const own = testOrder({
      owner: 'eve',
      status: 'REJECTED',
      amount_minor: 2_000,
      currency: 'USD',
      reason: 'none left',
      refund_parked_step: 'RefundPayment',
    });
    const { order_id, created_at, updated_at } = await database.written(own);
    const forAll = { order_id, status: 'REJECTED', created_at, updated_at, reason: 'none left' };
    const listedOrder = { ...forAll, amount: { value: 2_000, currency: 'USD' } };
    expect((await listed({}, { owner: 'eve' })).orders).toEqual([listedOrder]);
    const forOperators = { ...listedOrder, owner: 'eve', refund_parked_step: 'RefundPayment' };
    expect((await listed({ owner: 'eve' })).orders).toEqual([forOperators]);
    await removeOrder(order_id);
  });

  test('keeps the parked refunds of all for operators', async () => {
    expect(await list({ refunds: 'NEEDS_ATTENTION' }, ANN)).toMatchObject({
      statusCode: 403,
      data: 'that is not allowed',
      meta: { code: 'FORBIDDEN' },
    });
    expect((await listed({ refunds: 'NEEDS_ATTENTION' })).orders).toEqual([]);
    expect(await list({ refunds: 'SUCCEEDED' }, OLAF)).toMatchObject({ statusCode: 400 });
  });

  test('shows a page of twenty where no limit is asked for', () => {
    expect([listOrdersQuery.parse({}).limit, listOrdersQuery.parse({ limit: '100' }).limit]).toEqual([20, 100]);
  });

  test('shows everything where the API asks for no credentials', async () => {
    expect((await listed({}, {})).orders).toHaveLength(7);
  });

  test('goes on from page to page by its cursor', async () => {
    const first = await listed({ limit: '4' });
    const second = await listed({ limit: '4', cursor: first.next_cursor ?? '' });
    const ids = [...first.orders, ...second.orders].map(({ order_id }) => order_id);
    expect(new Set(ids).size).toBe(7);
    expect(second.next_cursor).toBeUndefined();
  });

  test('refuses a cursor of another query, of another caller, and what is no cursor', async () => {
    const { next_cursor: cursor = '' } = await listed({ limit: '1', status: 'CONFIRMED' });
    const forged = Buffer.from(JSON.stringify({ f: 'x', t: '2026-11-20T12:10:00.000Z', l: {} })).toString('base64url');
    const attempts = [
      await list({ limit: '1', cursor }, OLAF),
      await list({ limit: '1', status: 'PAID', cursor }, OLAF),
      await list({ status: 'CONFIRMED', cursor }, ANN),
      await list({ cursor: 'nonsense' }, OLAF),
      await list({ cursor: forged }, OLAF),
      await list({ cursor: `${cursor.slice(0, -4)}AAAA`, status: 'CONFIRMED' }, OLAF),
    ];
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ statusCode: 400, meta: { errors: [{ path: 'cursor' }] } });
    }
    const other = await listed({ limit: '2', status: 'CONFIRMED', cursor });
    expect(other.orders).toHaveLength(2);
  });

  test('refuses a cursor as soon as any part of its query is another', async () => {
    const query = { limit: '1', from: '2026-11-20', to: '2026-11-21T00:00:00Z' };
    const { next_cursor: cursor = '' } = await listed(query);
    const others = [{ from: '2026-11-19' }, { to: '2026-11-22' }, { owner: 'ann' }, { refunds: 'NEEDS_ATTENTION' }];
    const answers = await Promise.all(others.map((other) => list({ ...query, cursor, ...other }, OLAF)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400, 400]);
    const message = 'must be the next_cursor of an answer to the same query; leave it out to start anew';
    expect(answers[0]?.meta?.errors).toEqual([{ path: 'cursor', message }]);
    // The same times in another spelling are the same query, and the page may be of another size.
    expect((await listed({ ...query, limit: '9', from: '2026-11-20T00:00:00Z', cursor })).orders).toHaveLength(5);
  });

  test('refuses a cursor with more in it, or with less, than a place in the list', async () => {
    const { next_cursor = '' } = await listed({ limit: '1' });
    const inside = JSON.parse(Buffer.from(next_cursor, 'base64url').toString());
    const ids = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`s${n}`, parked.order_id]));
    const statusOf = async (changed: unknown) => {
      const cursor = Buffer.from(JSON.stringify(changed)).toString('base64url');
      return (await list({ cursor }, OLAF)).statusCode;
    };
    expect([await statusOf(inside), await statusOf({ ...inside, l: ids(10) })]).toEqual([200, 200]);
    for (const change of [
      { more: 1 },
      { t: '2026-11-20' },
      { t: undefined },
      { l: ids(11) },
      { l: { '': parked.order_id } },
      { l: { ['x'.repeat(256)]: parked.order_id } },
      { l: { x: 'no id' } },
    ]) {
      expect([change, await statusOf({ ...inside, ...change })]).toEqual([change, 400]);
    }
    expect(await statusOf(null)).toBe(400);
  });

  test('takes a cursor with any place in it without an internal error', async () => {
    const { next_cursor = '' } = await listed({ limit: '1', from: '2026-11-20', to: '2026-11-21' });
    const inside = JSON.parse(Buffer.from(next_cursor, 'base64url').toString()) as Record<string, unknown>;
    for (const t of ['1970-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z', '2026-11-20T12:12:00.000Z']) {
      const changed = { ...inside, t, l: { CONFIRMED: testOrder().order_id } };
      const cursor = Buffer.from(JSON.stringify(changed)).toString('base64url');
      expect(await list({ from: '2026-11-20', to: '2026-11-21', cursor }, OLAF)).toMatchObject({ statusCode: 200 });
    }
  });

  test.each([
    ['status', 'PARKED'],
    ['limit', '0'],
    ['limit', '101'],
    ['limit', 'many'],
    ['from', 'yesterday'],
    ['to', '2026-13-01'],
    ['owner', ''],
    ['cursor', ''],
  ])('refuses %s=%s and says what to send', async (path, value) => {
    expect(await list({ [path]: value }, OLAF)).toMatchObject({
      statusCode: 400,
      meta: { errors: [{ path, message: expect.stringContaining('must be') }] },
    });
  });
});
