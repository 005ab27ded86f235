import { randomUUID } from 'node:crypto';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ChannelCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../embedded/eventually.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded/stack.ts';
import { createPaymentClient, type PaymentClient } from '../functions/clients/payment-client.ts';
import { orderStatusSchema } from '../functions/http/contract/order-status.ts';
import { acceptedRefundSchema } from '../functions/http/contract/refund-order.ts';
import { runCommand } from '../scripts/orders/commands.ts';
import { openOrdersApi } from '../scripts/orders/orders-api.ts';
import { OrderApiClient } from '../verification/client/order-api-client.ts';
import { SnapshotReader } from '../verification/invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../verification/invariants/verification.ts';
import { describeViolation } from '../verification/invariants/violation.ts';

// Refunds on a whole stack: the API, the refund saga on the engine, both services, the schedules' functions.

const ITEM_1 = '0ec2fe2b-d061-43cd-a16e-672d2662e6fe';
const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const LONG = 120_000;
const WITHIN_MS = 30_000;

let stack: EmbeddedStack;
let api: OrderApiClient;
let payment: PaymentClient;

beforeAll(async () => {
  stack = await startEmbeddedStack();
  api = new OrderApiClient(stack.urls.http);
  payment = createPaymentClient({
    target: stack.urls.payment,
    credentials: ChannelCredentials.createInsecure(),
    deadlineMs: 5_000,
    maxConcurrentCalls: 10,
  });
}, LONG);

afterAll(async () => {
  payment?.close();
  await stack?.stop();
}, LONG);

/** Places an order of two of item 1 and one of item 3, and waits until it is confirmed. */
async function confirmed(method = 'tok_visa'): Promise<string> {
  const list = [
    { id: ITEM_1, count: 2 },
    { id: ITEM_3, count: 1 },
  ];
  const order_id = await api.place({ list, payment: { method } });
  await api.waitForStatus(order_id, 30, ['CONFIRMED']);
  return order_id;
}

function refund(order_id: string, body: object = {}, idempotencyKey?: string) {
  return api.request({ path: '/orders/refund', body: { order_id, reason: 'test', ...body }, idempotencyKey });
}

async function accepted(order_id: string, body: object = {}) {
  return acceptedRefundSchema.parse((await refund(order_id, body)).data);
}

async function order(order_id: string) {
  return orderStatusSchema.parse((await api.request({ path: `/orders/status?order_id=${order_id}` })).data);
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
  return (await api.stocks()).find(({ Id }) => Id === item)?.count ?? 0;
}

/** Runs a function of the schedules now. */
async function invoke(name: string, event: object): Promise<unknown> {
  const url = `${stack.urls.lambda}/2015-03-31/functions/orders-dev-${name}/invocations`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  expect(answer.status).toBe(200);
  const report: unknown = await answer.json();
  expect(report).not.toHaveProperty('errorMessage');
  return report;
}

test(
  'a confirmed order is refunded by lines with its stock back, then in full, and then no more',
  async () => {
    const order_id = await confirmed();
    const before = await available(ITEM_1);
    const part = await accepted(order_id, { lines: [{ id: ITEM_1, count: 1 }], restock: true });
    expect(await ended(order_id, part.refund_id)).toMatchObject({ status: 'SUCCEEDED', stock_returned: true });
    expect(await available(ITEM_1)).toBe(before + 1);

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
    expect(await available(ITEM_1)).toBe(before + 2);

    const operator = openOrdersApi({ url: stack.urls.http });
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
    const order_id = await api.place({ list: [{ id: ITEM_3, count: 1 }], payment: { window_seconds: 600 } });
    await api.waitForStatus(order_id, 20, ['AWAITING_PAYMENT']);
    const paymentId = randomUUID();
    await api.pay(order_id, paymentId);
    await api.waitForStatus(order_id, 30, ['CONFIRMED']);
    await payment.refund({ orderId: order_id, refundId: '', amount: undefined, reason: 'by hand' }, {});

    await invoke('reconcilePayments', { older_than_seconds: 0 });
    const { amount, refunded, refunds, timeline } = await order(order_id);
    expect(refunded).toEqual(amount);
    expect(refunds).toMatchObject([{ refund_id: `payment-${order_id}`, status: 'SUCCEEDED', reason: 'by hand' }]);
    expect(timeline.at(-1)).toMatchObject({ status: 'CONFIRMED', what: 'refunded' });
    const body = { list: [{ id: paymentId, order_id }] };
    expect(await api.request({ path: '/payment/pay', body })).toMatchObject({
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
    const paymentProcess = stack.processes().find(({ name }) => name === 'payment')?.pid ?? 0;
    stack.kill('payment', 'SIGSTOP');
    const { refund_id } = await accepted(order_id);
    const sfn = new SFNClient({ endpoint: stack.urls.endpoint, ...LOCAL });
    const executionArn = `arn:aws:states:us-east-1:000000000000:execution:refund-saga-dev:${refund_id}`;
    await sfn.send(new StopExecutionCommand({ executionArn }));
    sfn.destroy();
    process.kill(paymentProcess, 'SIGCONT');

    const dynamodb = new DynamoDBClient({ endpoint: stack.urls.dynamodb, ...LOCAL });
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: 'orders-dev',
        Key: { order_id: { S: order_id } },
        UpdateExpression: 'SET saga_due_at = :now',
        ConditionExpression: 'attribute_exists(saga_due_at)',
        ExpressionAttributeValues: { ':now': { S: new Date().toISOString() } },
      }),
    );
    dynamodb.destroy();
    expect(await invoke('reconcileOrders', {})).toMatchObject({ restarted: 1 });
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
      const order_id = await api.place({ list, ...(method !== undefined && { payment: { method } }) });
      await api.waitForStatus(order_id, 30, ['CONFIRMED']);
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
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: stack.urls.dynamodb, ...LOCAL }));
  const stock = { stocked: 5, available: 5, held: 0, sold: 0 };
  await client.send(new PutCommand({ TableName: 'inventory-items-dev', Item: { ...item, ...stock } }));
  client.destroy();
  return item_id;
}

test(
  'after all of this every invariant holds, those of refunds and returns included',
  async () => {
    const { region } = LOCAL;
    const reader = new SnapshotReader({ endpoint: stack.urls.endpoint, region, stage: 'dev', account: '000000000000' });
    const { report, snapshot } = await verifyInvariants(reader, api.promises, { drainSeconds: 30 });
    reader.close();
    expect(report.violations.map(describeViolation)).toEqual([]);
    const refunds = snapshot.orders.flatMap((each) => Object.values(each.refunds ?? {}));
    expect(refunds.length).toBeGreaterThan(6);
    expect(report.verdict).toBe('all hold');
  },
  LONG,
);
