import '../../tests/support/quiet-log.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { eventually } from '../../embedded/eventually.ts';
import { confirmedOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { withPaymentService } from '../../tests/support/service-fixtures.ts';
import { RetryableError } from '../common/errors.ts';
import type { Order } from '../orders/order.ts';
import { readOrder } from '../orders/order-table.ts';
import { nextPaymentStep } from '../orders/payment-step.ts';
import { createHandler, type ReconcilePaymentsDependencies } from './reconcile-payments.ts';

const database = withOrderTable();
const payments = withPaymentService();

function run(replaced: Partial<ReconcilePaymentsDependencies['payment']> = {}, runMs = 20_000) {
  const { client } = payments;
  const payment = {
    listPaymentsToReconcile: client.listPaymentsToReconcile,
    acknowledgePayment: client.acknowledgePayment,
    void: client.void,
    ...replaced,
  };
  return createHandler(() => ({ table: database.table, payment }), { runMs })({ older_than_seconds: 0 });
}

/** An order with an authorized payment. */
async function authorized(differences: Partial<Order>): Promise<string> {
  const order = await database.written(testOrder({ start_pending: undefined, ...differences }));
  await payments.service.authorize(order.order_id);
  return order.order_id;
}

async function listed(): Promise<readonly string[]> {
  const query = { olderThanSeconds: 0, pageSize: 100, pageToken: '' };
  return (await payments.client.listPaymentsToReconcile(query, {})).payments.map(({ orderId }) => orderId);
}

/** Waits until the payments that were put off have come back by themselves. */
async function comeBack(ids: readonly string[]): Promise<void> {
  await eventually(() => isListed(ids), { what: 'the payments that were put off' });
}

async function isListed(ids: readonly string[]): Promise<boolean> {
  const found = await listed();
  return ids.every((id) => found.includes(id));
}

test.each<[string, Partial<Order>]>([
  ['is REJECTED', { status: 'REJECTED' }],
  ['is CANCELLED', { status: 'CANCELLED' }],
  ['is EXPIRED', { status: 'EXPIRED' }],
  [
    'is parked on the way to be rejected',
    {
      status: 'NEEDS_ATTENTION',
      parked_step: 'VoidPayment',
      parked_outcome: { status: 'REJECTED', code: 'X', reason: 'x' },
    },
  ],
  ['was given up', { status: 'NEEDS_ATTENTION', abandon_requested_at: '2026-11-28T12:00:00.000Z' }],
])('an authorization whose order %s is voided', async (_what, differences) => {
  const order_id = await authorized(differences);
  expect(await run()).toMatchObject({ voided: 1 });
  expect(await payments.service.charge(order_id)).toMatchObject({ state: 'VOIDED' });
  expect(await listed()).not.toContain(order_id);
});

test('an authorization whose order is missing is voided', async () => {
  const { order_id } = testOrder();
  await payments.service.authorize(order_id);
  expect(await run()).toMatchObject({ voided: 1 });
  expect(await payments.service.charge(order_id)).toMatchObject({ state: 'VOIDED' });
});

test.each<[string, Partial<Order>]>([
  ['awaits its payment', { status: 'AWAITING_PAYMENT' }],
  ['is authorized', { status: 'AUTHORIZED' }],
  [
    'is parked behind the pivot',
    {
      status: 'NEEDS_ATTENTION',
      parked_step: 'RecordPayment',
      parked_outcome: { status: 'CONFIRMED', code: 'CONFIRMED', reason: 'paid and delivered' },
    },
  ],
])('an authorization whose order %s stays, and is looked at later', async (_what, differences) => {
  const order_id = await authorized(differences);
  expect(await run()).toMatchObject({ voided: 0 });
  expect(await payments.service.charge(order_id)).toMatchObject({ state: 'AUTHORIZED' });
  await payments.service.void(order_id);
});

async function captured(differences: Partial<Order> = {}): Promise<string> {
  const { order_id } = await database.written(confirmedOrder(differences));
  await payments.service.authorize(order_id, { amountMinor: 2_000 });
  await payments.service.capture(order_id);
  return order_id;
}

test('refunds made at the Payment service itself are noted on the order, once each', async () => {
  const order_id = await captured();
  await payments.service.refund(order_id, { refundId: 'one', amountMinor: 500 });
  expect(await run()).toMatchObject({ recorded: 1 });
  await payments.service.refund(order_id, { refundId: 'two', amountMinor: 300 });
  expect(await run()).toMatchObject({ recorded: 1 });
  expect(await run()).toMatchObject({ recorded: 0, agreed: 0 });
  const order = await readOrder(database.table, order_id);
  expect(order).toMatchObject({
    status: 'CONFIRMED',
    refunds: {
      'payment-one': { amount_minor: 500, status: 'SUCCEEDED', restock: false },
      'payment-two': { amount_minor: 300, status: 'SUCCEEDED' },
    },
    refunded_minor: 800,
    refundable_minor: 1_200,
  });
  expect(order?.timeline.filter(({ what }) => what === 'refunded')).toHaveLength(2);
  expect(await listed()).not.toContain(order_id);
});

test('a parked order whose money was given back by hand shows it, and pay does not answer true for it', async () => {
  const parked = { status: 'NEEDS_ATTENTION', parked_step: 'CommitInventory' } as const;
  const order_id = await captured(parked);
  const before = await readOrder(database.table, order_id);
  expect(before && nextPaymentStep(before, 'payment-1', new Date())).toMatchObject({ step: 'DONE' });
  await payments.service.refund(order_id);
  await run();
  const order = await readOrder(database.table, order_id);
  expect(order).toMatchObject({ status: 'NEEDS_ATTENTION', refunded_minor: 2_000, parked_step: 'CommitInventory' });
  expect(order?.timeline.at(-1)).toMatchObject({ status: 'NEEDS_ATTENTION', what: 'refunded' });
  expect(order && nextPaymentStep(order, 'payment-1', new Date())).toMatchObject({
    step: 'REFUSE',
    error: { code: 'PAYMENT_REFUNDED' },
  });
});

test('a parked refund whose outcome Payment has learned meanwhile ends as it did there', async () => {
  const refund = {
    amount_minor: 500,
    restock: false,
    reason: 'test',
    status: 'NEEDS_ATTENTION',
    requested_at: '2026-11-28T12:00:00.000Z',
    parked_step: 'RefundPayment',
    parked_error: 'RetryableError',
  } as const;
  const order_id = await captured({
    refunds: { r1: refund },
    refund_version: 1,
    refund_parked_step: 'RefundPayment',
  });
  await payments.service.refund(order_id, { refundId: 'r1', amountMinor: 500 });
  expect(await run()).toMatchObject({ recorded: 1 });
  const order = await readOrder(database.table, order_id);
  expect(order?.refunds).toMatchObject({ r1: { status: 'SUCCEEDED' } });
  expect(Object.keys(order?.refunds ?? {})).toEqual(['r1']);
  expect(order).not.toHaveProperty('refund_parked_step');
});

test('a payment that cannot be voided at the moment, or at all, stops no other', async () => {
  const ids = [
    await authorized({ status: 'REJECTED' }),
    await authorized({ status: 'REJECTED' }),
    await authorized({ status: 'REJECTED' }),
  ];
  const [away, broken, sound] = ids;
  const report = await run({
    void: async (request, context) => {
      if (request.orderId === away) {
        throw new RetryableError('PAYMENT_UNAVAILABLE', 'away');
      }
      if (request.orderId === broken) {
        throw new Error('broken');
      }
      return payments.client.void(request, context);
    },
  });
  expect(report).toMatchObject({ left: 1, failed: 1, voided: 1 });
  expect(await payments.service.charge(sound ?? '')).toMatchObject({ state: 'VOIDED' });
  await comeBack([away ?? '', broken ?? '']);
  expect(await run()).toMatchObject({ voided: 2 });
});

test('payments behind the first page of the list are reconciled too', async () => {
  await Promise.all(Array.from({ length: 3 }, () => authorized({ status: 'REJECTED' })));
  const { listPaymentsToReconcile } = payments.client;
  const report = await run({
    listPaymentsToReconcile: (query, context) => listPaymentsToReconcile({ ...query, pageSize: 1 }, context),
  });
  expect(report).toMatchObject({ voided: 3 });
});

test('open payments that no call gets on with are put behind the others, which are reconciled', async () => {
  const stuck = await Promise.all(Array.from({ length: 6 }, () => authorized({ status: 'REJECTED' })));
  // A payment that is put off stays away for as long as it is old.
  await sleep(1_000);
  const sound = await authorized({ status: 'REJECTED' });
  const away: typeof payments.client.void = (request, context) =>
    stuck.includes(request.orderId)
      ? Promise.reject(new RetryableError('PAYMENT_UNAVAILABLE', 'away'))
      : payments.client.void(request, context);
  expect(await run({ void: away })).toMatchObject({ left: 5, voided: 0 });
  expect(await run({ void: away })).toMatchObject({ left: 1, voided: 1 });
  expect(await payments.service.charge(sound)).toMatchObject({ state: 'VOIDED' });
  await comeBack(stuck);
  expect(await run()).toMatchObject({ voided: 6 });
});

test('payments that no call gets on with stop no round while others in between are reconciled', async () => {
  const stuck: string[] = [];
  for (let pair = 0; pair < 6; pair += 1) {
    stuck.push(await authorized({ status: 'REJECTED' }));
    await authorized({ status: 'REJECTED' });
  }
  const away: typeof payments.client.void = (request, context) =>
    stuck.includes(request.orderId)
      ? Promise.reject(new RetryableError('PAYMENT_UNAVAILABLE', 'away'))
      : payments.client.void(request, context);
  expect(await run({ void: away })).toMatchObject({ left: 6, voided: 6 });
  await comeBack(stuck);
  expect(await run()).toMatchObject({ voided: 6 });
});

test('the work of a round is bounded: by time, and where Payment does not reply', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => authorized({ status: 'REJECTED' })));
  expect(await run({}, 0)).toMatchObject({ voided: 0, left: 0 });
  const away = () => Promise.reject(new RetryableError('PAYMENT_UNAVAILABLE', 'away'));
  expect(await run({ void: away })).toMatchObject({ left: 5, voided: 0 });
  await comeBack(ids);
  expect(await run()).toMatchObject({ voided: ids.length });
});

test('the schedule’s own event is read as none, and leaves young payments to their orders', async () => {
  const order_id = await authorized({ status: 'REJECTED' });
  const handler = createHandler(() => ({ table: database.table, payment: payments.client }));
  expect(await handler({ source: 'aws.events', time: 'now' })).toMatchObject({ voided: 0 });
  expect(await payments.service.charge(order_id)).toMatchObject({ state: 'AUTHORIZED' });
});
