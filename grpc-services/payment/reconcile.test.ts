import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Payment, PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { call, failureOf, present } from '../../tests/support/unary-client.ts';
import { bucketOf } from '../common/bucketed-index.ts';
import { RECONCILE_BUCKETS } from './payment.ts';

let payment: TestPayment;
let now: number;

beforeEach(async () => {
  now = Date.parse('2030-01-01T00:00:00Z');
  payment = await startPayment({ clock: () => now });
});

afterEach(() => payment.close());

function page(pageSize = 0, pageToken = '', olderThanSeconds = 120) {
  return call(payment.client, payment.client.listPaymentsToReconcile, { olderThanSeconds, pageSize, pageToken });
}

async function listed(): Promise<string[]> {
  return (await page()).payments.map(({ orderId }) => orderId);
}

async function allPages(pageSize: number): Promise<string[]> {
  const seen: string[] = [];
  let token = '';
  do {
    const { payments, nextPageToken } = await page(pageSize, token);
    seen.push(...payments.map(({ orderId }) => orderId));
    token = nextPageToken;
  } while (token !== '');
  return seen;
}

function acknowledge({ orderId, updatedAt }: Payment) {
  return call(payment.client, payment.client.acknowledgePayment, { orderId, seenUpdatedAt: updatedAt });
}

test('payments that are open for longer than asked for are listed, the oldest first', async () => {
  await payment.authorize('authorized');
  now += 1_000;
  await payment.authorize('waiting', { method: 'tok_3ds' });
  now += 1_000;
  await failureOf(payment.authorize('pending', { method: 'tok_timeout' }));
  now += 1_000;
  await payment.authorize('young');
  now += 119_999;
  expect(await listed()).toEqual(['authorized', 'waiting', 'pending']);
  now += 1;
  expect(await listed()).toEqual(['authorized', 'waiting', 'pending', 'young']);
});

test('payments that are captured, voided or declined are not listed', async () => {
  await payment.authorize('captured');
  await payment.capture('captured');
  await payment.authorize('voided');
  await payment.void('voided');
  await payment.void('tombstone');
  await failureOf(payment.authorize('declined', { method: 'tok_declined' }));
  now += 600_000;
  expect(await listed()).toEqual([]);
});

test('a captured payment is listed after a refund, until that refund is acknowledged', async () => {
  await payment.authorize('order');
  await payment.capture('order');
  const refunded = await payment.refund('order', { refundId: 'r1', amountMinor: 10 });
  now += 120_000;
  expect(await listed()).toEqual(['order']);
  expect(await acknowledge(refunded)).toEqual({ payment: refunded, acknowledged: true });
  expect(await acknowledge(refunded)).toEqual({ payment: refunded, acknowledged: true });
  expect(await listed()).toEqual([]);
  now += 86_400_000;
  expect(await listed()).toEqual([]);
  await payment.refund('order', { refundId: 'r2' });
  now += 120_000;
  expect(await listed()).toEqual(['order']);
});

test('an acknowledgement of a payment that has changed since is refused, and the payment stays listed', async () => {
  await payment.authorize('order');
  await payment.capture('order');
  const seen = await payment.refund('order', { refundId: 'r1', amountMinor: 10 });
  const changed = await payment.refund('order', { refundId: 'r2', amountMinor: 10 });
  now += 120_000;
  expect(await acknowledge(seen)).toEqual({ payment: changed, acknowledged: false });
  expect(await listed()).toEqual(['order']);
});

test('two changes in the same millisecond have different times, so that none is acknowledged unseen', async () => {
  await payment.authorize('order');
  await payment.capture('order');
  const times = new Set<number | undefined>();
  for (const refundId of ['r1', 'r2', 'r3']) {
    times.add((await payment.refund('order', { refundId, amountMinor: 10 })).updatedAt?.getTime());
  }
  expect(times.size).toBe(3);
});

test('an open payment that is acknowledged comes back after twice its age, at the most after 15 minutes', async () => {
  const waiting = await payment.authorize('order', { method: 'tok_3ds' });
  now += 120_000;
  expect((await acknowledge(waiting)).acknowledged).toBe(true);
  now += 239_999;
  expect(await listed()).toEqual([]);
  now += 1;
  expect(await listed()).toEqual(['order']);
  now += 86_400_000;
  await acknowledge(waiting);
  now += 900_000 + 119_999;
  expect(await listed()).toEqual([]);
  now += 1;
  expect(await listed()).toEqual(['order']);
});

test('an acknowledgement leaves the recheck of a pending refund in place', async () => {
  await payment.authorize('order', { method: 'tok_refund_timeout' });
  await payment.capture('order');
  await failureOf(payment.refund('order', { refundId: 'r1', amountMinor: 10 }));
  await acknowledge(await payment.payment('order'));
  now += 30_000;
  expect((await payment.recheck()).refunds).toBe(1);
  now += 120_000;
  expect(await listed()).toEqual(['order']);
});

test('an acknowledgement leaves a Void in place that was cut off: the payment is not captured afterwards', async () => {
  await payment.close();
  let isProviderUp = false;
  payment = await startPayment({
    clock: () => now,
    wrapProvider: (provider) => ({
      ...provider,
      void: (key, signal) =>
        isProviderUp ? provider.void(key, signal) : Promise.reject(new Error('the provider is down')),
    }),
  });
  await payment.authorize('order');
  await failureOf(payment.void('order'));
  expect((await acknowledge(await payment.payment('order'))).acknowledged).toBe(true);
  isProviderUp = true;
  expect((await failureOf(payment.capture('order'))).reason).toBe('PAYMENT_VOIDED');
});

test('payments of one bucket are listed once each, one to a page', async () => {
  const orders = Array.from({ length: 100 }, (_, index) => `order-${index}`)
    .filter((order) => bucketOf(order, RECONCILE_BUCKETS) === '0')
    .slice(0, 4);
  for (const order of orders) {
    await payment.authorize(order);
    now += 1_000;
  }
  now += 120_000;
  expect(await allPages(1)).toEqual(orders);
});

test.each([1, 3, 100])('every payment is listed once, in pages of %i', async (pageSize) => {
  const orders = Array.from({ length: 12 }, (_, index) => `order-${index}`);
  for (const order of orders) {
    await payment.authorize(order);
    now += 1_000;
  }
  now += 120_000;
  expect(await allPages(pageSize)).toEqual(orders);
});

test('a page token of a later time than the list reaches is refused, and so are ages and sizes out of range', async () => {
  const token = Buffer.from(JSON.stringify({ 0: [now, 'order'] })).toString('base64url');
  expect((await failureOf(page(1, token))).metadata).toEqual({ field: 'page_token' });
  expect((await failureOf(page(1, '', -1))).metadata).toEqual({ field: 'older_than_seconds' });
  expect((await failureOf(page(101))).metadata).toEqual({ field: 'page_size' });
});

test('the acknowledgement of an unknown order, or without a time, is refused', async () => {
  const time = new Date(now);
  const request = { orderId: 'unheard-of', seenUpdatedAt: time };
  expect((await failureOf(call(payment.client, payment.client.acknowledgePayment, request))).reason).toBe(
    'PAYMENT_NOT_FOUND',
  );
  const timeless = { ...request, seenUpdatedAt: undefined };
  expect((await failureOf(call(payment.client, payment.client.acknowledgePayment, timeless))).metadata).toEqual({
    field: 'seen_updated_at',
  });
});

test('a listed payment says what to compare: its state, and its refunds with their amounts', async () => {
  await payment.authorize('order');
  await payment.capture('order');
  await payment.refund('order', { refundId: 'r1', amountMinor: 10 });
  now += 120_000;
  expect(present((await page()).payments[0])).toMatchObject({
    orderId: 'order',
    state: PaymentState.CAPTURED,
    captured: { minorUnits: 1_000, currency: 'USD' },
    refunded: { minorUnits: 10, currency: 'USD' },
    refunds: [{ refundId: 'r1', amount: { minorUnits: 10, currency: 'USD' } }],
  });
});

test('a page has 50 payments where the caller names no size', async () => {
  const orders = Array.from({ length: 51 }, (_, index) => `order-${index}`);
  await Promise.all(orders.map((order) => payment.authorize(order)));
  now += 120_000;
  const first = await page();
  expect(first.payments).toHaveLength(50);
  const second = await page(0, first.nextPageToken);
  expect(second).toMatchObject({ payments: [{}], nextPageToken: '' });
});

test('an acknowledgement by a clock that is behind postpones the payment to the time of that clock', async () => {
  const seen = await payment.authorize('order');
  now -= 60_000;
  expect((await acknowledge(seen)).acknowledged).toBe(true);
  expect((await page(0, '', 0)).payments.map(({ orderId }) => orderId)).toEqual(['order']);
  now -= 1;
  expect((await page(0, '', 0)).payments).toEqual([]);
});

test('a stale index lists no payment that is settled, or that was postponed', async () => {
  await payment.close();
  payment = await startPayment({
    clock: () => now,
    wrapStore: (store) => ({
      ...store,
      toReconcile: async () => ({ orderIds: ['captured', 'postponed', 'open', 'unheard-of'], nextPageToken: '' }),
    }),
  });
  await payment.authorize('captured');
  await payment.capture('captured');
  await payment.authorize('open');
  const postponed = await payment.authorize('postponed');
  now += 60_000;
  await acknowledge(postponed);
  now += 60_000;
  expect(await listed()).toEqual(['open']);
});
