import '../../tests/support/quiet-log.ts';
import { ChannelCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { makeWriteOf } from '../../tests/support/described-write.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { createInventoryClient, type InventoryClient } from '../clients/inventory-client.ts';
import { createPaymentClient, type PaymentClient } from '../clients/payment-client.ts';
import { newOrderId } from '../orders/new-order.ts';
import type { Order } from '../orders/order.ts';
import { readOrder } from '../orders/order-table.ts';
import { createHandler as authorizePayment } from './authorize-payment.ts';
import { createHandler as awaitPayment } from './await-payment.ts';
import { handler as awaitRedrive } from './await-redrive.ts';
import { createHandler as capturePayment } from './capture-payment.ts';
import { createHandler as commitInventory } from './commit-inventory.ts';
import { createHandler as releaseInventory } from './release-inventory.ts';
import { createHandler as reserveInventory } from './reserve-inventory.ts';
import { createHandler as resumeOrder } from './resume-order.ts';
import { createHandler as voidPayment } from './void-payment.ts';

const database = withOrderTable();
let inventoryService: TestInventory;
let paymentService: TestPayment;
let inventory: InventoryClient;
let payment: PaymentClient;
beforeAll(async () => {
  inventoryService = await startInventory({ catalogue: [itemInStock('item1', 1_000), itemInStock('scarce', 1)] });
  paymentService = await startPayment();
  const options = { credentials: ChannelCredentials.createInsecure(), deadlineMs: 5_000, maxConcurrentCalls: 10 };
  inventory = createInventoryClient({ ...options, target: `127.0.0.1:${inventoryService.port}` });
  payment = createPaymentClient({ ...options, target: `127.0.0.1:${paymentService.port}` });
});
afterAll(async () => {
  inventory.close();
  payment.close();
  await paymentService.close();
  await inventoryService.close();
});

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
function about(order_id: string) {
  return { order_id, traceparent: TRACEPARENT };
}

function reserve(order_id: string, item_id: string, count: number) {
  return reserveInventory(() => inventory)({ ...about(order_id), lines: [{ item_id, count }], hold_seconds: 60 });
}
function release(order_id: string) {
  return releaseInventory(() => inventory)({ ...about(order_id), reason: 'test' });
}
function commit(order_id: string) {
  return commitInventory(() => inventory)(about(order_id));
}
function authorize(order_id: string, method = 'tok_visa') {
  return authorizePayment(() => payment)({
    ...about(order_id),
    payment_id: order_id,
    method,
    amount_minor: 1_000,
    currency: 'USD',
  });
}
function capture(order_id: string) {
  return capturePayment(() => payment)(about(order_id));
}
function undo(order_id: string) {
  return voidPayment(
    () => payment,
    () => database.table,
  )({ ...about(order_id), reason: 'test' });
}

test('ReserveInventory holds the lines and returns their price', async () => {
  const orderId = newOrderId();
  expect(await reserve(orderId, 'item1', 3)).toEqual({
    amount_minor: 1_500,
    currency: 'USD',
    lines: [{ item_id: 'item1', name: 'name of item1', count: 3, unit_price_minor: 500 }],
    expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
});

test.each([
  ['more than there is', 'scarce', 2, 'OutOfStockError'],
  ['an item that does not exist', 'nothing', 1, 'ItemNotFoundError'],
])('ReserveInventory of %s is refused', async (_what, item, count, name) => {
  await expect(reserve(newOrderId(), item, count)).rejects.toMatchObject({ name });
});

test('ReserveInventory with other lines is a ReservationMismatchError', async () => {
  const orderId = newOrderId();
  await reserve(orderId, 'item1', 1);
  await expect(reserve(orderId, 'item1', 2)).rejects.toMatchObject({ name: 'ReservationMismatchError' });
});

test('hanging: ReserveInventory after its compensation is refused', async () => {
  const orderId = newOrderId();
  expect(await release(orderId)).toEqual({});
  await expect(reserve(orderId, 'item1', 1)).rejects.toMatchObject({ name: 'ReservationReleasedError' });
});

test('CommitInventory sells the held stock once, however often it runs; then nothing is released', async () => {
  const orderId = newOrderId();
  await reserve(orderId, 'item1', 1);
  expect(await commit(orderId)).toEqual({});
  expect(await commit(orderId)).toEqual({});
  await expect(release(orderId)).rejects.toMatchObject({ name: 'ReservationCommittedError' });
});

test('ReleaseInventory of an order that was given up returns its sold stock, once', async () => {
  const orderId = newOrderId();
  await reserve(orderId, 'item1', 2);
  const before = await inventoryService.stock('item1');
  await commit(orderId);
  const giveUp = () => releaseInventory(() => inventory)({ ...about(orderId), reason: 'ABANDONED' });
  expect(await giveUp()).toEqual({});
  expect(await giveUp()).toEqual({});
  const after = await inventoryService.stock('item1');
  expect(after).toMatchObject({ sold: before.sold, available: before.available + 2 });
});

test('CommitInventory without a reservation is a terminal error', async () => {
  await expect(commit(newOrderId())).rejects.toMatchObject({ name: 'ReservationNotFoundError' });
});

test('AuthorizePayment and CapturePayment take the money once', async () => {
  const orderId = newOrderId();
  const authorized = await authorize(orderId);
  expect(authorized).toEqual({ payment_id: orderId, provider_reference: expect.stringMatching(/./) });
  expect(await authorize(orderId)).toEqual(authorized);
  const { provider_reference } = authorized as { readonly provider_reference: string };
  expect(await capture(orderId)).toEqual({ provider_reference });
  expect(await capture(orderId)).toEqual({ provider_reference });
});

test('AuthorizePayment with tok_3ds answers where the customer confirms the payment; once they have, it is authorized', async () => {
  const orderId = newOrderId();
  const asked = await authorize(orderId, 'tok_3ds');
  expect(asked).toEqual({ payment_id: orderId, action_url: expect.stringContaining(`order_id=${orderId}`) });
  expect(await authorize(orderId, 'tok_3ds')).toEqual(asked);
  await paymentService.decide(await paymentService.payment(orderId), 'approve');
  expect(await authorize(orderId, 'tok_3ds')).toEqual({
    payment_id: orderId,
    provider_reference: expect.stringMatching(/./),
  });
});

test.each([
  ['tok_declined', 'PaymentDeclinedError'],
  ['tok_insufficient_funds', 'InsufficientFundsError'],
  ['tok_unheard_of', 'InvalidPaymentMethodError'],
])('AuthorizePayment with %s throws %s', async (method, name) => {
  await expect(authorize(newOrderId(), method)).rejects.toMatchObject({ name });
});

test('CapturePayment without an authorization is a terminal error', async () => {
  await expect(capture(newOrderId())).rejects.toMatchObject({ name: 'PaymentNotAuthorizedError' });
});

test('empty compensation: VoidPayment without a payment refuses a later one', async () => {
  const orderId = newOrderId();
  expect(await undo(orderId)).toEqual({ state: 'VOIDED' });
  await expect(authorize(orderId)).rejects.toMatchObject({ name: 'PaymentVoidedError' });
});

test('VoidPayment voids an authorization, however often it runs', async () => {
  const orderId = newOrderId();
  await authorize(orderId);
  expect(await undo(orderId)).toEqual({ state: 'VOIDED' });
  expect(await undo(orderId)).toEqual({ state: 'VOIDED' });
  await expect(capture(orderId)).rejects.toMatchObject({ name: 'PaymentVoidedError' });
});

test('VoidPayment refunds a capture whose reply was lost, however often it runs', async () => {
  const orderId = newOrderId();
  await authorize(orderId);
  await capture(orderId);
  expect(await undo(orderId)).toEqual({ state: 'REFUNDED' });
  expect(await undo(orderId)).toEqual({ state: 'REFUNDED' });
});

/** An order that stands like this, and whose payment is captured. */
async function capturedOrder(differences: Partial<Order>): Promise<string> {
  const { order_id } = await database.written(testOrder({ start_pending: undefined, ...differences }));
  await authorize(order_id);
  await capture(order_id);
  return order_id;
}

test.each<Partial<Order>>([
  { status: 'PAID' },
  { status: 'CONFIRMED' },
  { status: 'NEEDS_ATTENTION', parked_step: 'CommitInventory' },
])('VoidPayment of a lost execution arrives late: an order that is %j keeps its payment', async (differences) => {
  const orderId = await capturedOrder(differences);
  await expect(undo(orderId)).rejects.toMatchObject({ name: 'PaymentKeptError' });
  expect(await payment.find({ orderId }, {})).toMatchObject({ state: PaymentState.CAPTURED });
  expect(await readOrder(database.table, orderId)).not.toHaveProperty('payment_reversed_at');
});

test.each<Partial<Order>>([
  { status: 'AUTHORIZED' },
  { status: 'NEEDS_ATTENTION', parked_step: 'VoidPayment' },
  { status: 'NEEDS_ATTENTION', parked_step: 'CommitInventory', abandon_requested_at: 'now' },
])('VoidPayment refunds an order that is %j, and no run records it as paid any more', async (differences) => {
  const orderId = await capturedOrder(differences);
  expect(await undo(orderId)).toEqual({ state: 'REFUNDED' });
  expect(await makeWriteOf('RecordPayment', database.table, orderId, { ':redrive_count': 1 })).toBe(false);
  const resume = resumeOrder(() => database.table);
  expect(await resume({ ...about(orderId), after: 'RecordPayment', outcome: null })).toMatchObject({
    step: differences.status === 'AUTHORIZED' ? 'VoidPayment' : 'OrderClosed',
  });
});

test.each([
  ['AWS', '2026-11-22T12:00:00.000Z'],
  ['LocalStack', '2026-11-22T12:00:00.000000+00:00'],
])('AwaitPayment records the task token, with the time in the format of %s', async (_place, entered_at) => {
  const order = testOrder({ status: 'RESERVED', start_pending: undefined });
  await database.written(order);
  const wait = awaitPayment(() => database.table);
  const input = {
    ...about(order.order_id),
    task_token: 'token-1',
    attempt: 1001,
    entered_at,
    payment_window_seconds: 60,
  };
  expect(await wait(input)).toEqual({});
  const awaiting = {
    status: 'AWAITING_PAYMENT',
    task_token: 'token-1',
    payment_due_at: '2026-11-22T12:00:54.000Z',
  };
  expect(await readOrder(database.table, order.order_id)).toMatchObject(awaiting);
  // An earlier attempt, and an attempt of a definition that sends neither number nor time.
  expect(await wait({ ...input, task_token: 'token-0', attempt: 1000 })).toEqual({});
  expect(await wait({ ...about(order.order_id), task_token: 'token-0', payment_window_seconds: 60 })).toEqual({});
  expect(await readOrder(database.table, order.order_id)).toMatchObject(awaiting);
});

test('AwaitRedrive fails the execution until it is redriven', async () => {
  const parked = {
    ...about('order-1'),
    parked_step: 'CommitInventory',
    error: 'RetryableError',
    cause: 'the inventory does not answer',
    parked_at_redrive_count: 1,
  };
  await expect(awaitRedrive({ ...parked, redrive_count: 1 })).rejects.toMatchObject({
    name: 'NeedsAttentionError',
    message: expect.stringMatching(/CommitInventory gave up with RetryableError: the inventory does not answer/),
  });
  expect(await awaitRedrive({ ...parked, redrive_count: 2 })).toEqual({});
});

test('ResumeOrder says where the saga goes on, and what its steps need', async () => {
  const order = await database.written(
    testOrder({ status: 'AUTHORIZED', amount_minor: 1_000, currency: 'USD', payment_id: 'payment-1' }),
  );
  const resume = resumeOrder(() => database.table);
  expect(await resume({ ...about(order.order_id), after: 'IsResumed', outcome: null })).toEqual({
    step: 'IsHoldLongEnough',
    outcome: { status: 'CONFIRMED', code: 'CONFIRMED', reason: 'paid and delivered' },
    reservation: { amount_minor: 1_000, currency: 'USD', lines: [], expires_at: '1970-01-01T00:00:00.000Z' },
    payment: { payment_id: 'payment-1', action_url: null },
    payment_window_seconds: 900,
  });
  await expect(resume({ ...about(order.order_id), after: 'Nowhere', outcome: null })).rejects.toMatchObject({
    name: 'InvalidTaskInputError',
  });
});

test.each([
  ['no payload', undefined, 'payload'],
  ['no order', { traceparent: TRACEPARENT }, 'order_id'],
  [
    'a field that is wrong',
    { ...about('order-1'), lines: [{ item_id: 'item1', count: 0 }], hold_seconds: 60 },
    'lines.0.count',
  ],
])('a task input with %s is refused with the path', async (_what, payload, path) => {
  await expect(reserveInventory(() => inventory)(payload)).rejects.toMatchObject({
    name: 'InvalidTaskInputError',
    message: expect.stringContaining(`${path}: `),
  });
});

test('a task whose service is unreachable fails with a RetryableError', async () => {
  const gone = createInventoryClient({
    target: '127.0.0.1:1',
    credentials: ChannelCredentials.createInsecure(),
    deadlineMs: 5_000,
    maxConcurrentCalls: 10,
  });
  try {
    await expect(commitInventory(() => gone)(about('order-1'))).rejects.toMatchObject({ name: 'RetryableError' });
  } finally {
    gone.close();
  }
});
