import { expect, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { sagaWrites, withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { withPaymentService } from '../../tests/support/service-fixtures.ts';
import { type Reply, refuse, success } from '../../tests/support/step-functions-recorder.ts';
import { createTaskTokens } from '../clients/task-tokens.ts';
import { signEvent } from '../common/event-signature.ts';
import type { Order } from '../orders/order.ts';
import { createOrderSaga } from '../orders/order-saga.ts';
import { readOrder } from '../orders/order-table.ts';
import type { PaymentEvent } from './contract/payment-events.ts';
import { createHandler as createPay } from './pay.ts';
import { createHandler } from './payment-events.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();
const payments = withPaymentService();

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const PAST = new Date(Date.now() - 60_000).toISOString();

function dependencies(waitMs = 1_000) {
  return {
    table: database.table,
    payment: payments.client,
    tokens: createTaskTokens(stepFunctions.client),
    saga: createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga'),
    secrets: [SECRET],
    waitMs,
  };
}

interface Sent {
  readonly id?: string;
  readonly type?: PaymentEvent['type'];
  readonly payment_id?: string;
  readonly waitMs?: number;
}

/** Delivers an event of the provider about an order's payment; without another id, the one that the order was placed with. */
function deliver(order_id: string, { id = 'evt_1', type = 'payment.authorized', payment_id, waitMs }: Sent = {}) {
  const body = JSON.stringify({ type, data: { order_id, payment_id: payment_id ?? order_id } });
  const headers = { 'Content-Type': 'application/json', ...signEvent([SECRET], id, new Date(), body) };
  return createHandler(() => dependencies(waitMs))(httpEvent({ body, headers })).then(read);
}

/** An order that was placed with tok_3ds, and waits for its customer. */
async function asked(differences: Partial<Order> = {}): Promise<string> {
  const { order_id } = await database.written(
    awaitingOrder({ payment_method: 'tok_3ds', payment_action_url: '/payment/action', ...differences }),
  );
  await payments.service.authorize(order_id, { paymentId: order_id, method: 'tok_3ds', amountMinor: 2_000 });
  return order_id;
}

async function decide(order_id: string, decision: 'approve' | 'refuse'): Promise<void> {
  await payments.service.decide(await payments.service.payment(order_id), decision);
}

function told() {
  return stepFunctions.calls.filter(({ action }) => action.startsWith('SendTask')).map(({ action }) => action);
}

async function chargeOf(order_id: string, payment_id = order_id) {
  return (await payments.service.charge(order_id, payment_id))?.state;
}

function executionsAre(status: string) {
  stepFunctions.reply = (call): Reply => {
    if (call.action === 'DescribeExecution') {
      return { kind: 'answer', output: { status } };
    }
    return call.action === 'SendTaskSuccess' ? refuse('TaskTimedOut') : success(call);
  };
}

test('the customer approved: the event settles the order, and the same event again has the same result', async () => {
  const order_id = await asked();
  await decide(order_id, 'approve');
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  expect(await deliver(order_id)).toMatchObject({ statusCode: 200, data: { order_id, result: 'PAID' } });
  expect(stepFunctions.calls).toMatchObject([{ action: 'SendTaskSuccess', input: { taskToken: 'token-1' } }]);
  expect(await deliver(order_id)).toMatchObject({ statusCode: 200, data: { result: 'PAID' } });
  await payments.service.capture(order_id);
  expect(await deliver(order_id, { id: 'evt_2' })).toMatchObject({ data: { result: 'PAID' } });
  expect(told()).toEqual(['SendTaskSuccess']);
});

test('the customer refused: the saga is told, and the order ends with the payment that it was placed with', async () => {
  const order_id = await asked();
  await decide(order_id, 'refuse');
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'REJECTED');
  const declined = { type: 'payment.declined' } as const;
  expect(await deliver(order_id, declined)).toMatchObject({ statusCode: 200, data: { result: 'DECLINED' } });
  expect(stepFunctions.calls).toMatchObject([
    { action: 'SendTaskFailure', input: { taskToken: 'token-1', error: 'PaymentDeclinedError' } },
  ]);
  expect(await deliver(order_id, declined)).toMatchObject({ statusCode: 200, data: { result: 'DECLINED' } });
  expect(told()).toEqual(['SendTaskFailure']);
});

test('an order that is paid later with tok_3ds waits on; a refusal leaves it open to another payment', async () => {
  const { order_id } = await database.written(awaitingOrder());
  const pay = (id: string) =>
    createPay(() => dependencies())(httpEvent({ body: { list: [{ id, order_id }] } })).then(read);
  expect(await pay('tok_3ds')).toMatchObject({
    statusCode: 402,
    meta: { code: 'CUSTOMER_ACTION_REQUIRED', action_url: expect.stringMatching(/^\/payment\/action\?order_id=/) },
  });
  expect(await readOrder(database.table, order_id)).toMatchObject({
    status: 'AWAITING_PAYMENT',
    payment_action_url: expect.stringContaining(order_id),
  });
  await decide(order_id, 'refuse');
  const event = { type: 'payment.declined', payment_id: 'tok_3ds' } as const;
  expect(await deliver(order_id, event)).toMatchObject({ statusCode: 200, data: { result: 'DECLINED' } });
  expect(told()).toEqual([]);
  const refused = await readOrder(database.table, order_id);
  expect(refused).not.toHaveProperty('payment_action_url');
  expect(refused).not.toHaveProperty('payment_id');
  // Delivered again it leaves no second entry.
  expect(await deliver(order_id, event)).toMatchObject({ data: { result: 'DECLINED' } });
  expect((await readOrder(database.table, order_id))?.timeline).toHaveLength(Number(refused?.timeline.length));
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  expect(await pay('payment-2')).toMatchObject({ statusCode: 200, data: true });
});

test('an order that is paid later with tok_3ds is settled by the event; the same payment again answers true', async () => {
  const { order_id } = await database.written(awaitingOrder());
  const pay = () =>
    createPay(() => dependencies())(httpEvent({ body: { list: [{ id: 'tok_3ds', order_id }] } })).then(read);
  expect(await pay()).toMatchObject({ statusCode: 402 });
  await decide(order_id, 'approve');
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  expect(await deliver(order_id, { payment_id: 'tok_3ds' })).toMatchObject({ data: { result: 'PAID' } });
  expect(await pay()).toMatchObject({ statusCode: 200, data: true });
});

const FOREIGN_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

/** An event as it comes, made of one that the provider signed. */
interface Received {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

function signedAt(at: Date, body: string, secret = SECRET): Received {
  return { body, headers: { ...signEvent([secret], 'evt_1', at, body) } };
}

test.each<[string, (body: string) => Received]>([
  ['without a signature', (body) => ({ body, headers: {} })],
  ['that is forged: signed with another secret', (body) => signedAt(new Date(), body, FOREIGN_SECRET)],
  [
    'that is replayed: caught, and sent again ten minutes later',
    (body) => signedAt(new Date(Date.now() - 600_000), body),
  ],
  [
    'that is replayed under another id',
    (body) => {
      const { headers } = signedAt(new Date(), body);
      return { body, headers: { ...headers, 'webhook-id': 'evt_2' } };
    },
  ],
  ['that was altered', (body) => ({ ...signedAt(new Date(), body), body: `${body} ` })],
])('an event %s is refused before anything of it is read', async (_which, received) => {
  const order_id = await asked();
  await decide(order_id, 'approve');
  const event = received(JSON.stringify({ type: 'payment.authorized', data: { order_id, payment_id: order_id } }));
  expect(read(await createHandler(dependencies)(httpEvent(event)))).toMatchObject({
    statusCode: 401,
    meta: { code: 'UNAUTHENTICATED' },
  });
  expect(stepFunctions.calls).toEqual([]);
  expect(await payments.service.payment(order_id)).toMatchObject({ paymentId: order_id });
  expect(await readOrder(database.table, order_id)).toMatchObject({ status: 'AWAITING_PAYMENT' });
});

test('a signed event that says more than the provider knows changes nothing: the customer has not decided', async () => {
  const order_id = await asked();
  expect(await deliver(order_id)).toMatchObject({ statusCode: 200, data: { result: 'WAITING' } });
  expect(stepFunctions.calls).toEqual([]);
});

test('events out of order: one that says authorized comes after the customer has refused, and changes nothing', async () => {
  const order_id = await asked();
  await decide(order_id, 'refuse');
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'REJECTED');
  expect(await deliver(order_id, { id: 'evt_2', type: 'payment.declined' })).toMatchObject({
    data: { result: 'DECLINED' },
  });
  expect(await deliver(order_id)).toMatchObject({ data: { result: 'DECLINED' } });
  expect(told()).toEqual(['SendTaskFailure']);
});

test('an event about an order without a payment is refused', async () => {
  const { order_id } = testOrder();
  expect(await deliver(order_id)).toMatchObject({ statusCode: 404, meta: { code: 'PAYMENT_NOT_FOUND' } });
});

test('an event about the payment of another order is refused', async () => {
  const [order_id, other] = [await asked(), await asked()];
  await decide(order_id, 'approve');
  expect(await deliver(other, { payment_id: order_id })).toMatchObject({
    statusCode: 409,
    meta: { code: 'PAYMENT_MISMATCH' },
  });
  expect(stepFunctions.calls).toEqual([]);
});

test('the id of an event that settled a payment is refused for another outcome', async () => {
  const order_id = await asked();
  await decide(order_id, 'approve');
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  await deliver(order_id);
  expect(await deliver(order_id, { type: 'payment.declined' })).toMatchObject({
    statusCode: 409,
    meta: { code: 'PROVIDER_EVENT_MISMATCH' },
  });
});

test.each<[string, Partial<Order>]>([
  ['is over', { status: 'EXPIRED', reason: 'not paid' }],
  ['was cancelled', { status: 'CANCELLED' }],
  ['is being cancelled', { cancel_requested_at: PAST }],
  ['has no time left to be paid', { payment_due_at: PAST }],
  ['has had a payment undone', { payment_undone_at: PAST }],
])('an event that comes late, when the order %s, voids the payment and says so', async (_why, differences) => {
  const order_id = await asked(differences);
  await decide(order_id, 'approve');
  expect(await deliver(order_id)).toMatchObject({ statusCode: 200, data: { result: 'VOIDED' } });
  expect(await chargeOf(order_id)).toBe('VOIDED');
  expect(told()).toEqual([]);
  expect(await deliver(order_id)).toMatchObject({ statusCode: 200, data: { result: 'VOIDED' } });
});

test('an event about an order that is gone voids the payment', async () => {
  const { order_id } = testOrder();
  await payments.service.authorize(order_id, { paymentId: order_id, method: 'tok_3ds', amountMinor: 2_000 });
  await decide(order_id, 'approve');
  expect(await deliver(order_id)).toMatchObject({ statusCode: 200, data: { result: 'VOIDED' } });
  expect(await chargeOf(order_id)).toBe('VOIDED');
});

test('the saga is gone and cannot be told: the payment is voided, and the reconciliation ends the order', async () => {
  const order_id = await asked();
  await decide(order_id, 'approve');
  executionsAre('ABORTED');
  expect(await deliver(order_id)).toMatchObject({ statusCode: 200, data: { result: 'VOIDED' } });
  expect(await chargeOf(order_id)).toBe('VOIDED');
  const order = await readOrder(database.table, order_id);
  expect(order).toMatchObject({ status: 'AWAITING_PAYMENT', payment_undone_at: expect.any(String) });
  expect(Date.parse(String(order?.saga_due_at))).toBeLessThanOrEqual(Date.now());
});

test('an event that comes before the saga waits is not lost: the provider is asked to deliver it again', async () => {
  const order_id = await asked({ status: 'RESERVED', task_token: undefined, payment_action_url: undefined });
  await decide(order_id, 'approve');
  expect(await deliver(order_id, { waitMs: 100 })).toMatchObject({
    statusCode: 503,
    meta: { code: 'PAYMENT_PENDING' },
  });
  expect(await chargeOf(order_id)).toBe('AUTHORIZED');
});

test('another payment of the order is under way: the provider is asked to deliver the event again', async () => {
  const order_id = await asked({ payment_id: 'payment-2', payment_claimed_at: new Date().toISOString() });
  await decide(order_id, 'approve');
  expect(await deliver(order_id)).toMatchObject({ statusCode: 503, meta: { code: 'PAYMENT_PENDING' } });
});

test('the same event twice at once settles the order once', async () => {
  const order_id = await asked();
  await decide(order_id, 'approve');
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID').catch(() => refuse('TaskTimedOut'));
  const answers = await Promise.all([deliver(order_id), deliver(order_id), deliver(order_id, { id: 'evt_2' })]);
  expect(answers.map(({ data }) => data)).toEqual(Array(3).fill({ order_id, result: 'PAID' }));
  expect(await chargeOf(order_id)).toBe('AUTHORIZED');
});
