import { beforeEach, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { makeWriteOf } from '../../tests/support/described-write.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { awaitingOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { withPaymentService } from '../../tests/support/service-fixtures.ts';
import { refuse } from '../../tests/support/step-functions-recorder.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import { createTaskTokens } from '../clients/task-tokens.ts';
import { requestCancellation } from '../orders/cancellation.ts';
import type { Order } from '../orders/order.ts';
import { createOrderSaga } from '../orders/order-saga.ts';
import { readOrder } from '../orders/order-table.ts';
import { updateOrder } from '../orders/order-writes.ts';
import { paymentClaim, paymentClaimRelease } from '../orders/payment-writes.ts';
import { createHandler } from './pay.ts';

// A request that dies between claiming an order and releasing the claim leaves the order claimed. The first payment of these
// orders died that way, a little more than a minute ago. Each test says how far it got at the Payment service.

const database = withOrderTable();
const stepFunctions = withStepFunctions();
const payments = withPaymentService();

/** Continues the saga when its task is completed: records the authorization and captures the payment. */
beforeEach(() => {
  stepFunctions.reply = async ({ input }) => {
    const { payment_id } = JSON.parse(String(input.output)) as { readonly payment_id: string };
    const orderId = String(input.taskToken);
    const recorded = await makeWriteOf('RecordAuthorization', database.table, orderId, { ':payment_id': payment_id });
    if (!recorded) {
      return refuse('TaskTimedOut');
    }
    await payments.service.capture(orderId);
    await makeWriteOf('RecordPayment', database.table, orderId, { ':redrive_count': 0 });
    return { kind: 'answer', output: {} };
  };
});

function secondsAgo(seconds: number) {
  return new Date(Date.now() - seconds * 1_000).toISOString();
}

/** Writes an order that a payment claimed before its request died. Its task token is its id, for the saga above. */
async function claimedBy(paymentId: string, claimedAt = secondsAgo(61)): Promise<Order> {
  const waiting = awaitingOrder({ payment_id: paymentId, payment_claimed_at: claimedAt });
  const order: Order = { ...waiting, task_token: waiting.order_id };
  await database.written(order);
  return order;
}

function pay(id: string, order_id: string) {
  const tokens = createTaskTokens(stepFunctions.client);
  const saga = createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga');
  const handler = createHandler(() => ({
    table: database.table,
    payment: payments.client,
    tokens,
    saga,
    waitMs: 5_000,
  }));
  return handler(httpEvent({ body: { list: [{ id, order_id }] } })).then(read);
}

function authorize(orderId: string, id: string, method = 'tok_visa') {
  return payments.service.authorize(orderId, { paymentId: id, method, amountMinor: 2_000 });
}
async function stateAtService(orderId: string) {
  return (await payments.service.payment(orderId)).state;
}
async function cancel(order: Order) {
  return (await requestCancellation(database.table, order, new Date())).outcome;
}

test('a claim in force keeps other payments and cancellations away', async () => {
  const order = await claimedBy('payment-1', secondsAgo(50));
  expect(await pay('payment-2', order.order_id)).toMatchObject({
    statusCode: 409,
    meta: { code: 'PAYMENT_IN_PROGRESS' },
  });
  expect(await cancel(order)).toBe('TOO_LATE');
});

test('a claim without a time does not expire', async () => {
  const unknown = awaitingOrder({ payment_id: 'payment-1' });
  await database.written(unknown);
  expect(await pay('payment-2', unknown.order_id)).toMatchObject({ statusCode: 409 });
  expect(await cancel(unknown)).toBe('TOO_LATE');
});

test('expired claim whose payment never reached the service: the second payment pays', async () => {
  const { order_id } = await claimedBy('payment-1');
  expect(await pay('payment-2', order_id)).toMatchObject({ statusCode: 200, data: true });
  expect(await payments.service.charge(order_id, 'payment-2')).toMatchObject({ state: 'CAPTURED', captures: 1 });
});

test('expired claim whose payment is PENDING: the second is refused without a charge, and the first continues', async () => {
  const { order_id } = await claimedBy('tok_timeout');
  await failureOf(authorize(order_id, 'tok_timeout', 'tok_timeout'));
  expect(await stateAtService(order_id)).toBe(PaymentState.PENDING);
  expect(await pay('payment-2', order_id)).toMatchObject({ statusCode: 409, meta: { code: 'PAYMENT_MISMATCH' } });
  expect(await payments.service.charge(order_id, 'payment-2')).toBeUndefined();
  expect(await pay('tok_timeout', order_id)).toMatchObject({ statusCode: 200, data: true });
  expect(await payments.service.charge(order_id, 'tok_timeout')).toMatchObject({ state: 'CAPTURED', captures: 1 });
});

test('expired claim whose payment is AUTHORIZED: the second is refused without a charge, and the first continues', async () => {
  const { order_id } = await claimedBy('payment-1');
  await authorize(order_id, 'payment-1');
  expect(await pay('payment-2', order_id)).toMatchObject({ statusCode: 409, meta: { code: 'PAYMENT_MISMATCH' } });
  expect(await payments.service.charge(order_id, 'payment-2')).toBeUndefined();
  expect(await pay('payment-1', order_id)).toMatchObject({ statusCode: 200, data: true });
  expect(await payments.service.charge(order_id, 'payment-1')).toMatchObject({ state: 'CAPTURED', captures: 1 });
});

test('expired claim whose payment was DECLINED: the second payment pays', async () => {
  const { order_id } = await claimedBy('tok_declined');
  await failureOf(authorize(order_id, 'tok_declined', 'tok_declined'));
  expect(await pay('payment-2', order_id)).toMatchObject({ statusCode: 200, data: true });
  expect(await readOrder(database.table, order_id)).toMatchObject({ status: 'PAID', payment_id: 'payment-2' });
});

test('late request of the first payment: it takes neither the claim nor the money of the second', async () => {
  const { order_id } = await claimedBy('tok_declined');
  await failureOf(authorize(order_id, 'tok_declined', 'tok_declined'));
  await updateOrder(
    database.table,
    paymentClaim({ order_id }, { paymentId: 'payment-2', isConfirmed: false }, new Date()),
  );
  expect(
    await updateOrder(database.table, paymentClaimRelease(order_id, 'tok_declined', 'declined', new Date())),
  ).toMatchObject({
    applied: false,
    order: { payment_id: 'payment-2' },
  });
  expect(await pay('payment-2', order_id)).toMatchObject({ statusCode: 200, data: true });
  expect(await pay('tok_declined', order_id)).toMatchObject({ statusCode: 409, meta: { code: 'ORDER_NOT_PAYABLE' } });
});

test('both payments at once after the claim expired: one charge, and one of them gets true', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { order_id } = await claimedBy('payment-1');
    const answers = await Promise.all(['payment-1', 'payment-2'].map((id) => pay(id, order_id)));
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409]);
    const charges = await Promise.all(['payment-1', 'payment-2'].map((id) => payments.service.charge(order_id, id)));
    expect(charges.filter((charge) => charge !== undefined)).toHaveLength(1);
  }
});

test('a repeated payment renews its expired claim', async () => {
  const order = await claimedBy('payment-1');
  stepFunctions.reply = () => refuse('ServiceUnavailable', 503);
  expect(await pay('payment-1', order.order_id)).toMatchObject({ statusCode: 503 });
  expect(await cancel(order)).toBe('TOO_LATE');
});

test('cancelled with the first payment AUTHORIZED: the saga records no authorization, and the payment is voided', async () => {
  const order = await claimedBy('payment-1');
  await authorize(order.order_id, 'payment-1');
  expect(await cancel(order)).toBe('REQUESTED');
  const late = { ':payment_id': 'payment-1' };
  expect(await makeWriteOf('RecordAuthorization', database.table, order.order_id, late)).toBe(false);
  expect(await pay('payment-1', order.order_id)).toMatchObject({
    statusCode: 409,
    meta: { code: 'ORDER_NOT_PAYABLE' },
  });
  await payments.service.void(order.order_id);
  expect(await payments.service.charge(order.order_id, 'payment-1')).toMatchObject({ state: 'VOIDED', captures: 0 });
});

test('cancelled before a late request authorizes: its authorization is refused after the void', async () => {
  const order = await claimedBy('payment-1');
  expect(await cancel(order)).toBe('REQUESTED');
  await payments.service.void(order.order_id);
  expect(await failureOf(authorize(order.order_id, 'payment-1'))).toMatchObject({ reason: 'PAYMENT_VOIDED' });
});

test('cancel racing a takeover: the first of them gets the order', async () => {
  for (let round = 0; round < 10; round += 1) {
    const order = await claimedBy('payment-1');
    const [paid, cancellation] = await Promise.all([pay('payment-2', order.order_id), cancel(order)]);
    expect(paid.statusCode).toBe(cancellation === 'REQUESTED' ? 409 : 200);
  }
});
