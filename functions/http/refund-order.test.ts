import '../../tests/support/quiet-log.ts';
import { describe, expect, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { confirmedOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse } from '../../tests/support/step-functions-recorder.ts';
import type { Order } from '../orders/order.ts';
import { readOrder } from '../orders/order-table.ts';
import { createRefundSaga } from '../orders/refunds/refund-saga.ts';
import { sagaDueOrders } from '../orders/saga-due-index.ts';
import { createHandler as orderStatus } from './order-status.ts';
import { createHandler } from './refund-order.ts';
import { refundViews } from './refund-view.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();
const handler = createHandler(() => ({
  table: database.table,
  refunds: createRefundSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:refund-saga'),
}));

function ask(body: object, key?: string, role = 'operator') {
  const headers = key === undefined ? {} : { 'Idempotency-Key': key };
  return handler(httpEvent({ body: { reason: 'sent back', ...body }, headers, owner: 'olaf', role })).then(read);
}

async function confirmed(differences: Partial<Order> = {}): Promise<string> {
  return (await database.written(confirmedOrder(differences))).order_id;
}

describe('POST /orders/refund', () => {
  test('notes the refund on the order, then starts its saga', async () => {
    const order_id = await confirmed();
    const { statusCode, data } = await ask({ order_id, lines: [{ id: 'pen', count: 1 }], restock: true });
    expect({ statusCode, data }).toEqual({
      statusCode: 202,
      data: {
        refund_id: expect.any(String),
        order_id,
        amount: { value: 500, currency: 'USD' },
        status: 'REQUESTED',
      },
    });
    const { refund_id } = data as { readonly refund_id: string };
    const order = await readOrder(database.table, order_id);
    expect(order).toMatchObject({
      status: 'CONFIRMED',
      refunds: { [refund_id]: { amount_minor: 500, restock: true, status: 'REQUESTED', requested_by: 'olaf' } },
      refundable_minor: 1_500,
      refunded_minor: 0,
      saga_due: order_id.at(-1),
    });
    expect(order?.timeline.at(-1)).toMatchObject({ status: 'CONFIRMED', what: 'refund requested', why: '5.00 USD' });
    expect(stepFunctions.starts()).toMatchObject([{ name: refund_id }]);
    expect(JSON.parse(String(stepFunctions.starts()[0]?.input))).toMatchObject({
      order_id,
      refund_id,
      amount_minor: 500,
      currency: 'USD',
      lines: [{ item_id: 'pen', count: 1 }],
      restock: true,
      reason: 'sent back',
    });
  });

  test('answers a repeated request with the same refund, and refuses another body under its key', async () => {
    const order_id = await confirmed();
    const answers = await Promise.all(Array.from({ length: 3 }, () => ask({ order_id, amount: 700 }, 'key-1')));
    expect(new Set(answers.map(({ statusCode, data }) => JSON.stringify([statusCode, data])))).toHaveProperty(
      'size',
      1,
    );
    expect(answers[0]).toMatchObject({ statusCode: 202, data: { amount: { value: 700 } } });
    expect(await readOrder(database.table, order_id)).toMatchObject({ refundable_minor: 1_300 });
    expect(await ask({ order_id, amount: 701 }, 'key-1')).toMatchObject({
      statusCode: 409,
      meta: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  test('of two refunds of the whole at once, one wins', async () => {
    const order_id = await confirmed();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask({ order_id })));
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([202, 409, 409, 409, 409]);
    expect(answers.find(({ statusCode }) => statusCode === 409)?.meta).toMatchObject({
      code: 'REFUND_EXCEEDS_CAPTURED',
    });
    const order = await readOrder(database.table, order_id);
    expect(Object.keys(order?.refunds ?? {})).toHaveLength(1);
    expect(order).toMatchObject({ refundable_minor: 0 });
  });

  test('many parts at once never add up to more than was captured', async () => {
    const order_id = await confirmed();
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask({ order_id, amount: 600 })));
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(3);
    expect(await readOrder(database.table, order_id)).toMatchObject({ refundable_minor: 200 });
  });

  test('Step Functions takes no start: the refund is accepted all the same, and due for the reconciliation', async () => {
    const order_id = await confirmed();
    stepFunctions.reply = () => refuse('ThrottlingException');
    expect(await ask({ order_id })).toMatchObject({ statusCode: 202, data: { status: 'REQUESTED' } });
    const due: string[] = [];
    for await (const id of sagaDueOrders(database.table, new Date(Date.now() + 61_000))) {
      due.push(id);
    }
    expect(due).toContain(order_id);
  });

  test('refuses an order that is not confirmed, one that does not exist, and a customer', async () => {
    const { order_id } = await database.written(testOrder());
    expect(await ask({ order_id })).toMatchObject({ statusCode: 409, meta: { code: 'ORDER_NOT_REFUNDABLE' } });
    const unknown = testOrder().order_id;
    expect(await ask({ order_id: unknown })).toMatchObject({ statusCode: 404, meta: { code: 'ORDER_NOT_FOUND' } });
    expect(await ask({ order_id: await confirmed() }, undefined, 'customer')).toMatchObject({
      statusCode: 403,
      data: 'that is not allowed',
    });
    expect(stepFunctions.starts()).toEqual([]);
  });

  test.each([
    ['an amount and lines', { amount: 1, lines: [{ id: 'pen', count: 1 }] }, 'amount'],
    ['an amount with restock', { amount: 1, restock: true }, 'restock'],
    ['an amount of nothing', { amount: 0 }, 'amount'],
    ['an amount in text', { amount: '5.00' }, 'amount'],
    ['no lines', { lines: [] }, 'lines'],
    [
      'an item twice',
      {
        lines: [
          { id: 'pen', count: 1 },
          { id: 'pen', count: 1 },
        ],
      },
      'lines',
    ],
    ['no reason', { reason: '' }, 'reason'],
  ])('refuses %s', async (_what, body, path) => {
    expect(await ask({ order_id: await confirmed(), ...body })).toMatchObject({
      statusCode: 400,
      meta: { errors: [{ path }] },
    });
  });
});

test('a customer reads how much and how far, an operator also why and by whom', async () => {
  const order_id = await confirmed({
    owner: 'ann',
    refunded_minor: 500,
    refunds: {
      r1: {
        amount_minor: 500,
        lines: [{ item_id: 'pen', count: 1 }],
        restock: true,
        stock_returned: true,
        reason: 'the customer is never satisfied',
        requested_by: 'olaf',
        status: 'SUCCEEDED',
        requested_at: '2026-11-28T12:00:00.000Z',
        ended_at: '2026-11-28T12:00:01.000Z',
      },
      r2: {
        amount_minor: 100,
        restock: false,
        reason: 'again',
        status: 'NEEDS_ATTENTION',
        parked_step: 'RefundPayment',
        parked_error: 'RetryableError',
        parked_reason: 'the money could not be given back: the payment service: UNAVAILABLE',
        requested_at: '2026-11-28T12:00:02.000Z',
      },
    },
  });
  const status = (caller: object) =>
    orderStatus(() => ({ table: database.table }))(httpEvent({ query: { order_id }, ...caller })).then(read);
  const forCustomer = await status({ owner: 'ann', role: 'customer' });
  expect(forCustomer.data).toMatchObject({
    refunded: { value: 500, currency: 'USD' },
    refunds: [
      { refund_id: 'r1', amount: { value: 500 }, status: 'SUCCEEDED', lines: [{ id: 'pen', count: 1 }] },
      { refund_id: 'r2', amount: { value: 100 }, status: 'REQUESTED' },
    ],
  });
  expect(JSON.stringify(forCustomer.data)).not.toMatch(/satisfied|olaf|RefundPayment|UNAVAILABLE|again/);
  expect((await status({ owner: 'olaf', role: 'operator' })).data).toMatchObject({
    refunds: [
      { reason: 'the customer is never satisfied', requested_by: 'olaf', stock_returned: true },
      {
        status: 'NEEDS_ATTENTION',
        parked_step: 'RefundPayment',
        parked_reason: expect.stringContaining('UNAVAILABLE'),
      },
    ],
  });
});

test('a customer reads a refund in full, and of an order without a currency only the values', async () => {
  const refund = {
    amount_minor: 500,
    restock: false,
    reason: 'x',
    status: 'SUCCEEDED',
    requested_at: '2026-11-28T12:00:00.000Z',
  } as const;
  const later = { ...refund, amount_minor: 100, requested_at: '2026-11-28T13:00:00.000Z' };
  const view = (currency: string | undefined, refunds: Order['refunds']) =>
    refundViews(confirmedOrder({ currency, refunds }), false);
  expect(view(undefined, { a: later, b: refund })).toEqual({
    refunds: [
      { refund_id: 'b', amount: { value: 500 }, status: 'SUCCEEDED', requested_at: refund.requested_at },
      { refund_id: 'a', amount: { value: 100 }, status: 'SUCCEEDED', requested_at: later.requested_at },
    ],
    refunded: { value: 0 },
  });
  expect(view('EUR', { a: refund }).refunded).toEqual({ value: 0, currency: 'EUR' });
  expect(view('EUR', undefined)).toEqual({});
});
