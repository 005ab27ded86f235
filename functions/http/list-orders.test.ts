import { beforeAll, describe, expect, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { orderListSchema } from './contract/list-orders.ts';
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
