import '../../tests/support/quiet-log.ts';
import { expect, test } from '@jest/globals';
import type { Reservation } from '../../proto/gen/inventory/v1/inventory.ts';
import { type Payment, PaymentState, RefundState } from '../../proto/gen/payment/v1/payment.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { PaymentAlreadyCapturedError, PaymentMismatchError, RetryableError } from '../common/errors.ts';
import { createHandler as authorizePayment } from './authorize-payment.ts';
import { handler as awaitRedrive } from './await-redrive.ts';
import { createHandler as capturePayment } from './capture-payment.ts';
import { createHandler as commitInventory } from './commit-inventory.ts';
import { createHandler as refundPayment } from './refund-payment.ts';
import { createHandler as releaseInventory } from './release-inventory.ts';
import { createHandler as reserveInventory } from './reserve-inventory.ts';
import { createHandler as returnInventory } from './return-inventory.ts';
import { createHandler as voidPayment } from './void-payment.ts';

// The exact calls that tasks make, and replies that the real services do not give.

const database = withOrderTable();

const COMMON = { order_id: 'order-1', traceparent: '00-trace' };
const CONTEXT = { orderId: 'order-1', traceparent: '00-trace' };

/** A method of a client: it records its calls, and gives one reply after the other, the last one for ever. */
function method<Reply>(...replies: readonly (Partial<Reply> | Error)[]) {
  const calls: unknown[] = [];
  const call = async (...call: readonly unknown[]): Promise<Reply> => {
    calls.push(call);
    const reply = replies[Math.min(calls.length, replies.length) - 1];
    if (reply instanceof Error) {
      throw reply;
    }
    return reply as Reply;
  };
  return { call, calls };
}

const PRICE = { minorUnits: 500, currency: 'USD' };
const RESERVATION: Partial<Reservation> = {
  lines: [{ itemId: 'item1', name: 'Item 1', count: 2, returned: 0, unitPrice: PRICE }],
  total: { minorUnits: 1_000, currency: 'USD' },
  expiresAt: new Date('2026-11-22T12:00:00.000Z'),
};
const LINES = [
  { item_id: 'item1', count: 2 },
  { item_id: 'item2', count: 1 },
];

test('ReserveInventory asks for every line, for the time of the hold', async () => {
  const reserve = method<Reservation>(RESERVATION);
  await reserveInventory(() => ({ reserve: reserve.call }))({ ...COMMON, lines: LINES, hold_seconds: 60 });
  const lines = [
    { itemId: 'item1', count: 2 },
    { itemId: 'item2', count: 1 },
  ];
  expect(reserve.calls).toEqual([[{ orderId: 'order-1', lines, holdSeconds: 60 }, CONTEXT]]);
});

test.each([
  ['total', { ...RESERVATION, total: undefined }],
  ['end', { ...RESERVATION, expiresAt: undefined }],
  [
    'price of a line',
    { ...RESERVATION, lines: [{ itemId: 'item1', name: 'Item 1', count: 2, returned: 0, unitPrice: undefined }] },
  ],
])(
  'ReserveInventory whose reply lacks the %s is a ServiceContractError, not an order for nothing',
  async (_what, reply) => {
    const reserve = method<Reservation>(reply);
    const task = reserveInventory(() => ({ reserve: reserve.call }));
    await expect(task({ ...COMMON, lines: LINES, hold_seconds: 60 })).rejects.toMatchObject({
      name: 'ServiceContractError',
    });
  },
);

test('ReserveInventory of what costs nothing has an amount of 0', async () => {
  const free = { minorUnits: 0, currency: 'USD' };
  const lines = [{ itemId: 'item1', name: 'Item 1', count: 2, returned: 0, unitPrice: free }];
  const reserve = method<Reservation>({ ...RESERVATION, lines, total: free });
  const task = reserveInventory(() => ({ reserve: reserve.call }));
  expect(await task({ ...COMMON, lines: LINES, hold_seconds: 60 })).toMatchObject({
    amount_minor: 0,
    lines: [{ unit_price_minor: 0 }],
  });
});

test('ReleaseInventory and CommitInventory name the order, its trace and the reason', async () => {
  const [release, commit] = [method<Reservation>(RESERVATION), method<Reservation>(RESERVATION)];
  await releaseInventory(() => ({ release: release.call, return: release.call }))({
    ...COMMON,
    reason: 'OUT_OF_STOCK',
  });
  await commitInventory(() => ({ commit: commit.call }))(COMMON);
  expect(release.calls).toEqual([[{ orderId: 'order-1', reason: 'OUT_OF_STOCK' }, CONTEXT]]);
  expect(commit.calls).toEqual([[{ orderId: 'order-1' }, CONTEXT]]);
});

test('AuthorizePayment asks for the amount with the payment’s id and method', async () => {
  const authorize = method<Payment>({ paymentId: 'payment-1', providerReference: 'charge-1' });
  const input = { payment_id: 'payment-1', method: 'tok_visa', amount_minor: 1_000, currency: 'USD' };
  const task = authorizePayment(() => ({ authorize: authorize.call }));
  expect(await task({ ...COMMON, ...input })).toMatchObject({
    payment_id: 'payment-1',
    provider_reference: 'charge-1',
  });
  const amount = { minorUnits: 1_000, currency: 'USD' };
  expect(authorize.calls).toEqual([
    [{ orderId: 'order-1', paymentId: 'payment-1', method: 'tok_visa', amount }, CONTEXT],
  ]);
});

test('CapturePayment names the order, and nothing that could change the amount', async () => {
  const capture = method<Payment>({ providerReference: 'charge-1' });
  await capturePayment(() => ({ capture: capture.call }))(COMMON);
  expect(capture.calls).toEqual([[{ orderId: 'order-1' }, CONTEXT]]);
});

const VOIDED = { state: PaymentState.VOIDED };
const REFUNDED = { state: PaymentState.REFUNDED };
const VOID = { ...COMMON, reason: 'CANCELLED' };

/** The task VoidPayment of an order that has no record. */
function voidPaymentBy(client: ReturnType<Parameters<typeof voidPayment>[0]>) {
  return voidPayment(
    () => client,
    () => database.table,
  );
}

test('VoidPayment of an authorization refunds nothing', async () => {
  const [undo, refund] = [method<Payment>(VOIDED), method<Payment>(REFUNDED)];
  expect(await voidPaymentBy({ void: undo.call, refund: refund.call })(VOID)).toEqual({ state: 'VOIDED' });
  expect(undo.calls).toEqual([[{ orderId: 'order-1', reason: 'CANCELLED' }, CONTEXT]]);
  expect(refund.calls).toEqual([]);
});

test('VoidPayment of a capture refunds all of it', async () => {
  const undo = method<Payment>(new PaymentAlreadyCapturedError('captured'));
  const refund = method<Payment>(REFUNDED);
  expect(await voidPaymentBy({ void: undo.call, refund: refund.call })(VOID)).toEqual({ state: 'REFUNDED' });
  expect(refund.calls).toEqual([
    [{ orderId: 'order-1', reason: 'CANCELLED', refundId: '', amount: undefined }, CONTEXT],
  ]);
});

test.each([
  new RetryableError('PAYMENT_UNAVAILABLE', 'no answer'),
  new PaymentMismatchError('another'),
  new Error('fault'),
])('VoidPayment that fails with %s is not followed by a refund', async (error) => {
  const [undo, refund] = [method<Payment>(error), method<Payment>(REFUNDED)];
  await expect(voidPaymentBy({ void: undo.call, refund: refund.call })(VOID)).rejects.toBe(error);
  expect(refund.calls).toEqual([]);
});

test.each([PaymentState.CAPTURED, PaymentState.AUTHORIZED, PaymentState.PENDING, PaymentState.UNRECOGNIZED])(
  'VoidPayment that leaves the payment in state %s is a ServiceContractError: the money is not back',
  async (state) => {
    const [undo, refund] = [method<Payment>({ state }), method<Payment>({ state })];
    const task = voidPaymentBy({ void: undo.call, refund: refund.call });
    await expect(task(VOID)).rejects.toMatchObject({ name: 'ServiceContractError' });
  },
);

test.each([
  ['no order', { order_id: '' }, 'order_id'],
  ['no trace', { traceparent: '' }, 'traceparent'],
  ['no lines', { lines: [] }, 'lines'],
  ['a hold of no time', { hold_seconds: 0 }, 'hold_seconds'],
  ['half an item', { lines: [{ item_id: 'item1', count: 1.5 }] }, 'lines.0.count'],
  ['an item without a name', { lines: [{ item_id: '', count: 1 }] }, 'lines.0.item_id'],
])('ReserveInventory with %s is refused before it is asked', async (_what, wrong, path) => {
  const reserve = method<Reservation>(RESERVATION);
  const task = reserveInventory(() => ({ reserve: reserve.call }));
  await expect(task({ ...COMMON, lines: LINES, hold_seconds: 60, ...wrong })).rejects.toMatchObject({
    name: 'InvalidTaskInputError',
    message: expect.stringContaining(`${path}: `),
  });
  expect(reserve.calls).toEqual([]);
});

test.each([
  [{ amount_minor: -1 }, 'amount_minor'],
  [{ amount_minor: 0.5 }, 'amount_minor'],
  [{ currency: 'DOLLAR' }, 'currency'],
  [{ method: '' }, 'method'],
  [{ payment_id: '' }, 'payment_id'],
])('AuthorizePayment with %j is refused before the provider is asked', async (wrong, path) => {
  const authorize = method<Payment>({});
  const input = { payment_id: 'payment-1', method: 'tok_visa', amount_minor: 1_000, currency: 'USD', ...wrong };
  const task = authorizePayment(() => ({ authorize: authorize.call }));
  await expect(task({ ...COMMON, ...input })).rejects.toMatchObject({
    name: 'InvalidTaskInputError',
    message: expect.stringContaining(`${path}: `),
  });
  expect(authorize.calls).toEqual([]);
});

test('ReturnInventory asks for its lines under the id of the refund', async () => {
  const giveBack = method<Reservation>(RESERVATION);
  const task = returnInventory(() => ({ return: giveBack.call }));
  expect(await task({ ...COMMON, refund_id: 'refund-1', lines: LINES, reason: 'sent back' })).toEqual({});
  const lines = [
    { itemId: 'item1', count: 2 },
    { itemId: 'item2', count: 1 },
  ];
  expect(giveBack.calls).toEqual([[{ orderId: 'order-1', returnId: 'refund-1', lines, reason: 'sent back' }, CONTEXT]]);
});

test('ReturnInventory without lines, which would mean all that the order has, is refused before it is asked', async () => {
  const giveBack = method<Reservation>(RESERVATION);
  const task = returnInventory(() => ({ return: giveBack.call }));
  await expect(task({ ...COMMON, refund_id: 'refund-1', lines: [], reason: '' })).rejects.toMatchObject({
    name: 'InvalidTaskInputError',
  });
  expect(giveBack.calls).toEqual([]);
});

test.each([
  ['nothing', []],
  ['another refund', [{ refundId: 'other', state: RefundState.SUCCEEDED }]],
  ['a refund that is pending', [{ refundId: 'refund-1', state: RefundState.PENDING }]],
])('RefundPayment that is answered with %s has not refunded', async (_what, refunds) => {
  const refund = method<Payment>({ refunds: refunds as unknown as Payment['refunds'] });
  const task = refundPayment(() => ({ refund: refund.call }));
  const wanted = { ...COMMON, refund_id: 'refund-1', amount_minor: 500, currency: 'USD', reason: 'broken' };
  await expect(task(wanted)).rejects.toMatchObject({ name: 'ServiceContractError' });
  const amount = { minorUnits: 500, currency: 'USD' };
  expect(refund.calls).toEqual([[{ orderId: 'order-1', refundId: 'refund-1', amount, reason: 'broken' }, CONTEXT]]);
});

test.each([
  [{ amount_minor: 0 }, 'amount_minor'],
  [{ currency: '' }, 'currency'],
  [{ refund_id: '' }, 'refund_id'],
])('RefundPayment with %j is refused before the provider is asked', async (wrong, path) => {
  const refund = method<Payment>({});
  const input = { refund_id: 'refund-1', amount_minor: 500, currency: 'USD', reason: '', ...wrong };
  const task = refundPayment(() => ({ refund: refund.call }));
  await expect(task({ ...COMMON, ...input })).rejects.toMatchObject({
    name: 'InvalidTaskInputError',
    message: expect.stringContaining(`${path}: `),
  });
  expect(refund.calls).toEqual([]);
});

test('AwaitRedrive of a journal that counts backwards still asks for an operator', async () => {
  const parked = {
    ...COMMON,
    parked_step: 'VoidPayment',
    error: 'RetryableError',
    cause: '',
    parked_at_redrive_count: 2,
  };
  await expect(awaitRedrive({ ...parked, redrive_count: 1 })).rejects.toMatchObject({ name: 'NeedsAttentionError' });
  expect(await awaitRedrive({ ...parked, redrive_count: 3 })).toEqual({});
});
