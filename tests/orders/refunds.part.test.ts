import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ChannelCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../embedded/eventually.ts';
import { createPaymentClient, type PaymentClient } from '../../functions/clients/payment-client.ts';
import { orderStatusSchema } from '../../functions/http/contract/order-status.ts';
import { acceptedRefundSchema } from '../../functions/http/contract/refund-order.ts';
import { runCommand } from '../../scripts/orders/commands.ts';
import { openOrdersApi } from '../../scripts/orders/orders-api.ts';
import { SnapshotReader } from '../../verification/invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../../verification/invariants/verification.ts';
import { describeViolation } from '../../verification/invariants/violation.ts';
import { invokeNow, makeSagaDue, stopExecution } from '../support/embedded-stack.ts';
import { SPREAD_ITEM, shared } from '../support/shared-stack.ts';

// Refunds on a whole stack: the API, the refund saga on the engine, both services, the schedules' functions.

const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const LONG = 120_000;
const WITHIN_MS = 30_000;

let payment: PaymentClient;

beforeAll(() => {
  payment = createPaymentClient({
    target: shared.stack.urls.payment,
    credentials: ChannelCredentials.createInsecure(),
    deadlineMs: 5_000,
    maxConcurrentCalls: 10,
  });
});

afterAll(() => payment?.close());

/** Places an order of two of an item that is spread and one of item 3, and waits until it is confirmed. */
async function confirmed(method = 'tok_visa'): Promise<string> {
  const list = [
    { id: SPREAD_ITEM, count: 2 },
    { id: ITEM_3, count: 1 },
  ];
  const order_id = await shared.api.place({ list, payment: { method } });
  await shared.api.waitForStatus(order_id, 30, ['CONFIRMED']);
  return order_id;
}

function refund(order_id: string, body: object = {}, idempotencyKey?: string) {
  return shared.api.request({ path: '/orders/refund', body: { order_id, reason: 'test', ...body }, idempotencyKey });
}

async function accepted(order_id: string, body: object = {}) {
  return acceptedRefundSchema.parse((await refund(order_id, body)).data);
}

async function order(order_id: string) {
  return orderStatusSchema.parse((await shared.api.request({ path: `/orders/status?order_id=${order_id}` })).data);
}

function ended(order_id: string, refund_id: string) {
  return eventually(
    async () => {
      const refund = (await order(order_id)).refunds?.find((each) => each.refund_id === refund_id);
      return refund?.status === 'REQUESTED' ? undefined : refund;
    },
    { withinMs: WITHIN_MS, pollMs: 100, what: `refund ${refund_id} ends` },
  );
}

async function available(item: string): Promise<number> {
  return (await shared.api.stocks()).find(({ Id }) => Id === item)?.count ?? 0;
}

test(
  'a confirmed order is refunded by lines with its stock back, then in full, and then no more',
  async () => {
    const order_id = await confirmed();
    const before = await available(SPREAD_ITEM);
    const part = await accepted(order_id, { lines: [{ id: SPREAD_ITEM, count: 1 }], restock: true });
    expect(await ended(order_id, part.refund_id)).toMatchObject({ status: 'SUCCEEDED', stock_returned: true });
    expect(await available(SPREAD_ITEM)).toBe(before + 1);

    const rest = await accepted(order_id);
    expect(await ended(order_id, rest.refund_id)).toMatchObject({ status: 'SUCCEEDED', stock_returned: false });
    const { amount, refunded, status } = await order(order_id);
    expect({ status, refunded }).toEqual({ status: 'CONFIRMED', refunded: amount });
    expect(part.amount.value + rest.amount.value).toBe(amount?.value);
    expect(await payment.find({ orderId: order_id }, {})).toMatchObject({ refunded: { minorUnits: amount?.value } });

    expect(await refund(order_id)).toMatchObject({ status: 409, meta: { code: 'REFUND_EXCEEDS_CAPTURED' } });
    // The pieces may still come back.
    const goods = await accepted(order_id, { restock: true });
    expect(goods.amount.value).toBe(0);
    expect(await ended(order_id, goods.refund_id)).toMatchObject({ status: 'SUCCEEDED', stock_returned: true });
    expect(await available(SPREAD_ITEM)).toBe(before + 2);

    const operator = openOrdersApi({ url: shared.stack.urls.http });
    const { text } = await runCommand(['show', order_id], operator);
    const executions = [...text.matchAll(/^refund's execution (\S+): SUCCEEDED,.*\n\nSTATE.*\n((?:.+\n?)+)/gm)];
    expect(executions.map(([, name, states = '']) => [name, states.match(/^\w+Inventory|^\w+Payment/gm)])).toEqual([
      [part.refund_id, ['ReturnInventory', 'RefundPayment']],
      [rest.refund_id, ['RefundPayment']],
      [goods.refund_id, ['ReturnInventory']],
    ]);
  },
  LONG,
);

test(
  'of two refunds of the whole at once one wins; a repeated request under its key is the same refund',
  async () => {
    const order_id = await confirmed();
    const answers = await Promise.all([refund(order_id, {}, 'one'), refund(order_id, {}, 'two')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    const key = answers[0]?.status === 202 ? 'one' : 'two';
    const { refund_id } = acceptedRefundSchema.parse((await refund(order_id, {}, key)).data);
    expect(await ended(order_id, refund_id)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await payment.find({ orderId: order_id }, {})).refunds).toHaveLength(1);
  },
  LONG,
);

test(
  'a refund that the provider declines gives its amount back to what can be refunded',
  async () => {
    const order_id = await confirmed('tok_refund_fails');
    const { refund_id } = await accepted(order_id, { lines: [{ id: ITEM_3, count: 1 }], restock: true });
    expect(await ended(order_id, refund_id)).toMatchObject({
      status: 'DECLINED',
      code: 'REFUND_DECLINED',
      stock_returned: true,
    });
    const { amount, refunded } = await order(order_id);
    expect(refunded?.value).toBe(0);
    // All of it can be asked for again.
    const again = await accepted(order_id);
    expect(again.amount).toEqual(amount);
    expect(await ended(order_id, again.refund_id)).toMatchObject({ status: 'DECLINED', stock_returned: false });
  },
  LONG,
);

test(
  'a refund made at the Payment service itself shows in the order, and pay does not answer true for it',
  async () => {
    const order_id = await shared.api.place({ list: [{ id: ITEM_3, count: 1 }], payment: { window_seconds: 600 } });
    await shared.api.waitForStatus(order_id, 20, ['AWAITING_PAYMENT']);
    const paymentId = randomUUID();
    await shared.api.pay(order_id, paymentId);
    await shared.api.waitForStatus(order_id, 30, ['CONFIRMED']);
    await payment.refund({ orderId: order_id, refundId: '', amount: undefined, reason: 'by hand' }, {});

    await invokeNow(shared.stack, 'reconcilePayments', { older_than_seconds: 0 });
    const { amount, refunded, refunds, timeline } = await order(order_id);
    expect(refunded).toEqual(amount);
    expect(refunds).toMatchObject([{ refund_id: `payment-${order_id}`, status: 'SUCCEEDED', reason: 'by hand' }]);
    expect(timeline.at(-1)).toMatchObject({ status: 'CONFIRMED', what: 'refunded' });
    const body = { list: [{ id: paymentId, order_id }] };
    expect(await shared.api.request({ path: '/payment/pay', body })).toMatchObject({
      status: 409,
      meta: { code: 'PAYMENT_REFUNDED' },
    });
    expect(await refund(order_id)).toMatchObject({ status: 409, meta: { code: 'REFUND_EXCEEDS_CAPTURED' } });
    const { payments } = await payment.listPaymentsToReconcile(
      { olderThanSeconds: 0, pageSize: 100, pageToken: '' },
      {},
    );
    expect(payments.map(({ orderId }) => orderId)).not.toContain(order_id);
  },
  LONG,
);

test(
  'a refund whose execution was stopped is carried on by the reconciliation',
  async () => {
    const order_id = await confirmed();
    const paymentProcess = shared.stack.processes().find(({ name }) => name === 'payment')?.pid ?? 0;
    shared.stack.kill('payment', 'SIGSTOP');
    const { refund_id } = await accepted(order_id);
    await stopExecution(shared.stack, 'refund-saga', refund_id);
    process.kill(paymentProcess, 'SIGCONT');

    await makeSagaDue(shared.stack, order_id);
    // The stack's own schedule may have come first.
    await invokeNow(shared.stack, 'reconcileOrders');
    expect(await ended(order_id, refund_id)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await payment.find({ orderId: order_id }, {})).refunds).toHaveLength(1);
  },
  LONG,
);

test(
  'free items are confirmed without the provider, however they are paid, and come back without money',
  async () => {
    const item = await freeItem();
    const list = [{ id: item, count: 2 }];
    for (const method of ['tok_visa', 'tok_declined', undefined]) {
      const order_id = await shared.api.place({ list, ...(method !== undefined && { payment: { method } }) });
      await shared.api.waitForStatus(order_id, 30, ['CONFIRMED']);
      expect((await order(order_id)).amount?.value).toBe(0);
      await expect(payment.find({ orderId: order_id }, {})).rejects.toMatchObject({ code: 'PAYMENT_NOT_FOUND' });
      expect(await refund(order_id)).toMatchObject({ status: 409, meta: { code: 'REFUND_EXCEEDS_CAPTURED' } });
      const { refund_id } = await accepted(order_id, { restock: true });
      expect(await ended(order_id, refund_id)).toMatchObject({ status: 'SUCCEEDED', stock_returned: true });
    }
    expect(await available(item)).toBe(5);
  },
  LONG,
);

/** Puts five pieces of a new item without a price into the stock. */
async function freeItem(): Promise<string> {
  const item_id = randomUUID();
  const item = { item_id, catalogue: 'all', name: 'sticker', unit_price_minor: 0, currency: 'USD' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: shared.stack.urls.dynamodb, ...LOCAL }));
  const stock = { stocked: 5, available: 5, held: 0, sold: 0 };
  await client.send(new PutCommand({ TableName: 'inventory-items-dev', Item: { ...item, ...stock } }));
  client.destroy();
  return item_id;
}

test(
  'after all of this every invariant holds, those of refunds and returns included',
  async () => {
    const { region } = LOCAL;
    const reader = new SnapshotReader({
      endpoint: shared.stack.urls.endpoint,
      region,
      stage: 'dev',
      account: '000000000000',
    });
    const { report, snapshot } = await verifyInvariants(reader, shared.api.promises, { drainSeconds: 30 });
    reader.close();
    expect(report.violations.map(describeViolation)).toEqual([]);
    const refunds = snapshot.orders.flatMap((each) => Object.values(each.refunds ?? {}));
    expect(refunds.length).toBeGreaterThan(6);
    expect(snapshot.items.find(({ item_id }) => item_id === SPREAD_ITEM)?.rows).toHaveLength(4);
    const taken = snapshot.reservations.flatMap(({ lines }) => lines.flatMap(({ taken_from = [] }) => taken_from));
    expect(taken.length).toBeGreaterThan(0);
    expect(report.verdict).toBe('all hold');
  },
  LONG,
);
