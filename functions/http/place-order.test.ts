import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { PLACE_BODY as BODY, freshKey, placeEndpoint } from '../../tests/support/place-endpoint.ts';
import { readOrder } from '../orders/order-table.ts';
import { addOrder, removeUnstartedOrder } from '../orders/order-writes.ts';
import { createConcurrencyLimit } from './place-order.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();
const place = placeEndpoint({ database, stepFunctions });

async function recordCount(): Promise<number> {
  const { client, name } = database.table;
  const { Count = 0 } = await client.send(new ScanCommand({ TableName: name, Select: 'COUNT', ConsistentRead: true }));
  return Count;
}

function startsOf(orderId: string) {
  return stepFunctions.calls.filter(({ input }) => input.name === orderId);
}

test('placing an order writes it, starts its saga and returns its id', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const answer = await place({ body: BODY, headers: { traceparent } });
  expect(answer).toMatchObject({ statusCode: 202, success: true, meta: null, data: { status: 'PENDING' } });
  const { order_id } = answer.data as { order_id: string };
  expect(await readOrder(database.table, order_id)).toMatchObject({
    status: 'PENDING',
    lines: [{ item_id: 'item1', count: 2 }],
    payment_method: 'tok_visa',
    start_pending: 'Y',
    traceparent: expect.stringContaining('4bf92f3577b34da6a3ce929d0e0e4736'),
  });
  expect(startsOf(order_id)).toHaveLength(1);
});

test('several lines of one item are added up', async () => {
  const list = [
    { id: 'item2', count: 1 },
    { id: 'item1', count: 2 },
    { id: 'item2', count: 3 },
  ];
  const { data } = await place({ body: { list } });
  const { order_id } = data as { order_id: string };
  expect((await readOrder(database.table, order_id))?.lines).toEqual([
    { item_id: 'item2', count: 4 },
    { item_id: 'item1', count: 2 },
  ]);
});

test('same key, same body: the same order, with one effective start', async () => {
  const { headers, orderId } = freshKey();
  const first = await place({ body: BODY, headers });
  const again = await place({ body: BODY, headers });
  expect(first.data).toEqual({ order_id: orderId, status: 'PENDING' });
  expect(again).toEqual(first);
  expect(new Set(startsOf(orderId).map(({ input }) => JSON.stringify(input))).size).toBe(1);
});

test('same key, same body, later: the order as it stands by then, without another start', async () => {
  const { headers, orderId } = freshKey();
  await place({ body: BODY, headers });
  const placed = await readOrder(database.table, orderId);
  if (placed === undefined) {
    throw new Error('the order was not written');
  }
  await removeUnstartedOrder(database.table, placed);
  await addOrder(database.table, { ...placed, status: 'CONFIRMED', start_pending: undefined });
  stepFunctions.calls.length = 0;
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { status: 'CONFIRMED' } });
  expect(stepFunctions.calls).toEqual([]);
});

test('same key, other body: refused, and the order stays as it was', async () => {
  const { headers, orderId } = freshKey();
  await place({ body: BODY, headers });
  const other = await place({ body: { ...BODY, list: [{ id: 'item1', count: 3 }] }, headers });
  expect(other).toMatchObject({ statusCode: 409, success: false, meta: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  expect((await readOrder(database.table, orderId))?.lines).toEqual([{ item_id: 'item1', count: 2 }]);
});

test('same key, other customer: a separate order', async () => {
  const { headers } = freshKey();
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((owner) => place({ body: BODY, headers, owner })));
  expect(ann?.data).not.toEqual(bob?.data);
});

test('same key many times concurrently: one order', async () => {
  const { headers, orderId } = freshKey();
  const before = await recordCount();
  const answers = await Promise.all(Array.from({ length: 20 }, () => place({ body: BODY, headers })));
  expect(answers.map(({ statusCode, data }) => [statusCode, data])).toEqual(
    Array(20).fill([202, { order_id: orderId, status: 'PENDING' }]),
  );
  expect(await recordCount()).toBe(before + 1);
  // Each request brings a trace of its own. The record and every start have that of the one request that placed the order.
  const record = await readOrder(database.table, orderId);
  expect(record?.timeline).toHaveLength(1);
  const inputs = new Set(startsOf(orderId).map(({ input }) => String(input.input)));
  expect([...inputs].map((input) => JSON.parse(input))).toMatchObject([{ traceparent: record?.traceparent }]);
});

test('more concurrent requests than the process accepts: refused at once, without a write', async () => {
  const { headers, orderId } = freshKey();
  const limit = createConcurrencyLimit(1);
  let leave = () => {};
  const inside = limit(() => new Promise<void>((resolve) => (leave = resolve)));
  const answer = await place({ body: BODY, headers }, limit);
  expect(answer).toMatchObject({ statusCode: 503, meta: { code: 'OVERLOADED' } });
  expect(answer.headers).toHaveProperty('Retry-After');
  leave();
  await inside;
  expect(await readOrder(database.table, orderId)).toBeUndefined();
  expect(await place({ body: BODY, headers }, limit)).toMatchObject({ statusCode: 202 });
});

test.each([
  ['an empty list', { list: [] }, 'list'],
  ['no list', {}, 'list'],
  ['51 lines', { list: Array.from({ length: 51 }, (_, n) => ({ id: `item${n}`, count: 1 })) }, 'list'],
  ['a count of text', { list: [{ id: 'a', count: '1' }] }, 'list[0].count'],
  ['half a piece', { list: [{ id: 'a', count: 0.5 }] }, 'list[0].count'],
  ['none', { list: [{ id: 'a', count: 0 }] }, 'list[0].count'],
  ['less than none', { list: [{ id: 'a', count: -1 }] }, 'list[0].count'],
  ['too many', { list: [{ id: 'a', count: 1_000_001 }] }, 'list[0].count'],
  [
    'too many in two lines',
    {
      list: [
        { id: 'a', count: 1_000_000 },
        { id: 'a', count: 1 },
      ],
    },
    'list',
  ],
  ['an id with spaces', { list: [{ id: 'a b', count: 1 }] }, 'list[0].id'],
  ['an unknown field', { list: [{ id: 'a', count: 1, price: 0 }] }, 'list[0].price'],
  ['an unknown field above', { list: [{ id: 'a', count: 1 }], status: 'PAID' }, 'status'],
  ['a null payment', { list: [{ id: 'a', count: 1 }], payment: null }, 'payment'],
  ['a window of no time', { list: [{ id: 'a', count: 1 }], payment: { window_seconds: 0 } }, 'payment.window_seconds'],
])('an order with %s is refused with the path of the fault', async (_what, body, path) => {
  const answer = await place({ body });
  expect(answer).toMatchObject({ statusCode: 400, success: false, meta: { code: 'INVALID_REQUEST' } });
  expect(answer.meta?.errors).toEqual([{ path, message: expect.any(String) }]);
  expect(answer.data).toContain(path);
});

test.each(['', ' ', 'cart ', 'h\u00e4user', 'a\nb', 'x'.repeat(256)])('Idempotency-Key %j is refused', async (key) => {
  const answer = await place({ body: BODY, headers: { 'Idempotency-Key': key } });
  expect(answer).toMatchObject({ statusCode: 400, meta: { errors: [{ path: 'Idempotency-Key' }] } });
});

test('an Idempotency-Key of 255 characters is accepted', async () => {
  expect(await place({ body: BODY, headers: { 'Idempotency-Key': 'x'.repeat(255) } })).toMatchObject({
    statusCode: 202,
  });
});

test.each([
  [
    'more pieces than an unpaid order may hold',
    {
      list: [
        { id: 'item1', count: 600 },
        { id: 'item2', count: 401 },
      ],
    },
    'list',
  ],
  [
    'a longer window than an unpaid order may have',
    { list: [{ id: 'item1', count: 1 }], payment: { window_seconds: 3_601 } },
    'payment.window_seconds',
  ],
])(
  'an order without a payment method that asks for %s is refused, and nothing is written',
  async (_what, body, path) => {
    const before = await recordCount();
    expect(await place({ body })).toMatchObject({ statusCode: 400, meta: { errors: [{ path }] } });
    expect(await recordCount()).toBe(before);
  },
);

test('an order with a payment method may have more pieces, but its window is limited: its customer may have to confirm', async () => {
  const body = { list: [{ id: 'item1', count: 1_001 }], payment: { method: 'tok_visa', window_seconds: 3_600 } };
  expect(await place({ body })).toMatchObject({ statusCode: 202 });
  const longer = { ...body, payment: { ...body.payment, window_seconds: 3_601 } };
  expect(await place({ body: longer })).toMatchObject({
    statusCode: 400,
    meta: { errors: [{ path: 'payment.window_seconds' }] },
  });
  const most = { list: [{ id: 'item1', count: 1_000 }], payment: { window_seconds: 3_600 } };
  expect(await place({ body: most })).toMatchObject({ statusCode: 202 });
});
