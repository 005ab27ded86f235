import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { httpEvent, read, type TestRequest } from '../../tests/support/http-event.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse, type StepFunctionsRecorder, success } from '../../tests/support/step-functions-recorder.ts';
import { newOrderId } from '../orders/new-order.ts';
import { createOrderSaga } from '../orders/order-saga.ts';
import { readOrder } from '../orders/order-table.ts';
import { addOrder, removeUnstartedOrder } from '../orders/order-writes.ts';
import { type ConcurrencyLimit, createConcurrencyLimit, createHandler } from './place-order.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();

const BODY = { list: [{ id: 'item1', count: 2 }], payment: { method: 'tok_visa' } };
let keys = 0;
/** Makes a key that no other test uses, and its header. */
function freshKey() {
  keys += 1;
  const key = `cart ${keys}`;
  return { orderId: newOrderId(key), headers: { 'idempotency-key': key } };
}

function place(request: TestRequest, limit: ConcurrencyLimit = createConcurrencyLimit(100)) {
  const saga = createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga');
  const startRetries = { delaysMs: [5, 10], withinMs: 2_000 };
  const handler = createHandler(() => ({
    table: database.table,
    saga,
    startRetries,
    limit,
    paymentWindowSeconds: 900,
    unpaidLimits: { maxCount: 1_000, maxWindowSeconds: 3_600 },
  }));
  return handler(httpEvent(request)).then(read);
}

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

test.each([
  ['ThrottlingException', 400],
  ['ThrottlingException', 503],
])('start refused with %s: the order is removed and the response is a 503', async (error, status) => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = () => refuse(error, status);
  const answer = await place({ body: BODY, headers });
  expect(answer).toMatchObject({ statusCode: 503, success: false, meta: { code: 'SAGA_UNAVAILABLE' } });
  expect(answer.headers?.['Retry-After']).toMatch(/^[1-5]$/);
  expect(await readOrder(database.table, orderId)).toBeUndefined();
  stepFunctions.reply = success;
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { order_id: orderId } });
});

test('replies to every start lost: the order is accepted and waits for the schedule', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = () => ({ kind: 'hang up' });
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { order_id: orderId } });
  expect(await readOrder(database.table, orderId)).toMatchObject({ status: 'PENDING', start_pending: 'Y' });
});

test('reply to the start lost once: the request retries it, without waiting for the schedule', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = (call) => (stepFunctions.calls.length === 1 ? { kind: 'hang up' } : success(call));
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202 });
  expect(startsOf(orderId)).toHaveLength(2);
});

test('the first request died before its start: the repeated request starts the saga, in spite of a lost reply', async () => {
  const { headers, orderId } = freshKey();
  await place({ body: BODY, headers });
  stepFunctions.calls.length = 0;
  stepFunctions.reply = (call) => (stepFunctions.calls.length === 1 ? { kind: 'hang up' } : success(call));
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { order_id: orderId } });
  expect(startsOf(orderId)).toHaveLength(2);
});

test('503 to the start from a proxy on the way: the order is not removed, because the saga may run', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = () => refuse('ServiceUnavailable', 503);
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202 });
  expect(await readOrder(database.table, orderId)).toMatchObject({ order_id: orderId });
});

/** Makes Step Functions report an execution of the same name with this status. */
function executionIs(status: string): StepFunctionsRecorder['reply'] {
  return ({ action }) =>
    action === 'StartExecution' ? refuse('ExecutionAlreadyExists') : { kind: 'answer', output: { status } };
}

test.each(['SUCCEEDED', 'FAILED'])(
  'key of a removed order whose execution has %s: refused, instead of an order without a saga',
  async (status) => {
    const { headers, orderId } = freshKey();
    stepFunctions.reply = executionIs(status);
    expect(await place({ body: BODY, headers })).toMatchObject({
      statusCode: 409,
      meta: { code: 'IDEMPOTENCY_KEY_REUSED' },
      data: expect.stringContaining('another key'),
    });
    expect(await readOrder(database.table, orderId)).toBeUndefined();
  },
);

test('an execution of the same name that runs belongs to the order', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = executionIs('RUNNING');
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { order_id: orderId } });
});

test('reply to the start lost, and the saga over before the retry: the response has the order’s status', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = async (call) => {
    if (stepFunctions.calls.length > 1) {
      return executionIs('SUCCEEDED')(call);
    }
    const placed = await readOrder(database.table, orderId);
    if (placed === undefined) {
      throw new Error('the order was not written');
    }
    await removeUnstartedOrder(database.table, placed);
    await addOrder(database.table, { ...placed, status: 'REJECTED', start_pending: undefined });
    return { kind: 'hang up' };
  };
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { status: 'REJECTED' } });
});

test('the status of an execution of the same name cannot be read: the order stays', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = ({ action }) =>
    action === 'StartExecution' ? refuse('ExecutionAlreadyExists') : refuse('ThrottlingException');
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202 });
  expect(await readOrder(database.table, orderId)).toMatchObject({ order_id: orderId });
});

test('start refused while a repeated request starts the saga: the order stays, as the repeat was told', async () => {
  const { headers, orderId } = freshKey();
  let repeat: ReturnType<typeof place> | undefined;
  stepFunctions.reply = async (call) => {
    if (repeat !== undefined) {
      return success(call);
    }
    repeat = place({ body: BODY, headers });
    await repeat;
    return refuse('ThrottlingException');
  };
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202 });
  expect(await repeat).toMatchObject({ statusCode: 202 });
  expect(await readOrder(database.table, orderId)).toMatchObject({ order_id: orderId });
});

test('start refused, and the order placed again with another body meanwhile: each request is answered about its own order', async () => {
  const { headers, orderId } = freshKey();
  const other = { ...BODY, list: [{ id: 'item1', count: 3 }] };
  let second: ReturnType<typeof place> | undefined;
  stepFunctions.reply = async (call) => {
    if (second !== undefined) {
      return success(call);
    }
    const first = await readOrder(database.table, orderId);
    if (first === undefined) {
      throw new Error('the order was not written');
    }
    await removeUnstartedOrder(database.table, first);
    second = place({ body: other, headers });
    await second;
    return refuse('ThrottlingException');
  };
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 503, meta: { code: 'SAGA_UNAVAILABLE' } });
  expect(await second).toMatchObject({ statusCode: 202 });
  expect((await readOrder(database.table, orderId))?.lines).toEqual([{ item_id: 'item1', count: 3 }]);
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
