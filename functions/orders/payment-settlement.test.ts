import { expect, test } from '@jest/globals';
import { interpose } from '../../tests/support/dynamodb-requests.ts';
import { awaitingOrder } from '../../tests/support/order.ts';
import { sagaWrites, withOrderTable } from '../../tests/support/order-fixtures.ts';
import {
  CustomerActionRequiredError,
  InsufficientFundsError,
  InvalidPaymentMethodError,
  PaymentDeclinedError,
  PaymentMismatchError,
  PaymentVoidedError,
  RetryableError,
} from '../common/errors.ts';
import { requestCancellation } from './cancellation.ts';
import type { Order } from './order.ts';
import { readOrder } from './order-table.ts';
import { MAX_TIMELINE_ENTRIES } from './payment-claim.ts';
import { isProviderToken, settle } from './payment-settlement.ts';
import { beginPaymentWait } from './payment-wait.ts';

const database = withOrderTable();

/** Settles with a Payment service and a saga that do as they are told, on a clock that moves while the settlement waits. */
function settlement(differences: {
  readonly authorize?: () => Promise<{ readonly providerReference: string }>;
  readonly onPause?: (pauses: number) => Promise<unknown>;
  readonly waitMs?: number;
}) {
  const { authorize = async () => ({ providerReference: 'charge-1' }), onPause, waitMs = 1_000 } = differences;
  const asked: unknown[] = [];
  const reported: string[] = [];
  const declined: string[] = [];
  const pauses: number[] = [];
  let now = Date.now();
  const run = (order: Order, paymentId = 'payment-1', isConfirmed = false) =>
    settle(
      order,
      { paymentId, traceparent: '00-trace', isConfirmed },
      {
        table: database.table,
        payment: {
          authorize: async (...call) => {
            asked.push(call);
            return authorize();
          },
          void: async () => undefined,
        },
        saga: { find: async () => ({ status: 'RUNNING' }) },
        tokens: {
          reportPaid: async (token) => {
            reported.push(token);
            return true;
          },
          reportDeclined: async (token) => {
            declined.push(token);
            return true;
          },
        },
        waitMs,
        clock: {
          now: () => new Date(now),
          pause: async (ms) => {
            pauses.push(ms);
            now += ms;
            await onPause?.(pauses.length);
          },
        },
      },
    );
  return { run, asked, reported, declined, pauses };
}

test('a slow saga: its record is read after growing pauses until the wait is over; the task is completed once', async () => {
  const order = await database.written(awaitingOrder());
  const { run, asked, reported, pauses } = settlement({});
  await expect(run(order)).rejects.toMatchObject({ name: 'RetryableError', code: 'PAYMENT_PENDING' });
  expect(pauses).toEqual([50, 75, 112.5, 168.75, 250, 250, 250]);
  expect(asked).toHaveLength(1);
  expect(reported).toEqual(['token-1']);
  expect(await readOrder(database.table, order.order_id)).toMatchObject({ payment_id: 'payment-1' });
});

test('the payment service is asked for the amount of the order, under its trace', async () => {
  const order = await database.written(awaitingOrder({ amount_minor: 4_711, currency: 'EUR' }));
  const { run, asked } = settlement({ onPause: () => sagaWrites(database.table, order.order_id, 'PAID') });
  await run(order);
  const { order_id: orderId } = order;
  const amount = { minorUnits: 4_711, currency: 'EUR' };
  expect(asked).toEqual([
    [
      { orderId, paymentId: 'payment-1', method: 'tok_visa', amount },
      { orderId, traceparent: '00-trace' },
    ],
  ]);
});

test('a payment id that is a test token of the provider is its method, too', async () => {
  expect(['tok_declined', 'my tok_visa', 'TOK_visa'].map(isProviderToken)).toEqual([true, false, false]);
  const order = await database.written(awaitingOrder());
  const { run, asked } = settlement({ onPause: () => sagaWrites(database.table, order.order_id, 'PAID') });
  await run(order, 'tok_flaky');
  expect(asked).toMatchObject([[{ paymentId: 'tok_flaky', method: 'tok_flaky' }, {}]]);
});

test('the task is retried twice during one payment: each new token is completed once', async () => {
  const order = await database.written(awaitingOrder({ task_attempt: 0 }));
  const wait = { orderId: order.order_id, enteredAt: new Date(), windowSeconds: 60 };
  const { run, reported } = settlement({
    onPause: async (pauses) => {
      if (pauses === 5) {
        await sagaWrites(database.table, order.order_id, 'PAID');
      } else if (pauses % 2 === 0) {
        await beginPaymentWait(database.table, { ...wait, taskToken: `token-${pauses}`, attempt: pauses });
      }
    },
  });
  await run(order);
  expect(reported).toEqual(['token-1', 'token-2', 'token-4']);
});

test('order paid within the last pause: answered as paid', async () => {
  const order = await database.written(awaitingOrder());
  const { run, pauses } = settlement({
    waitMs: 1,
    onPause: () => sagaWrites(database.table, order.order_id, 'CONFIRMED'),
  });
  await run(order);
  expect(pauses).toEqual([50]);
});

test('a wait of no time: the payment is authorized and reported, and the customer asks again', async () => {
  const order = await database.written(awaitingOrder());
  const { run, reported, pauses } = settlement({ waitMs: 0 });
  await expect(run(order)).rejects.toMatchObject({ code: 'PAYMENT_PENDING' });
  expect([reported, pauses]).toEqual([['token-1'], []]);
});

test.each([
  new PaymentDeclinedError('the provider said no'),
  new InsufficientFundsError('the provider said no'),
  new InvalidPaymentMethodError('the provider said no'),
  new PaymentMismatchError('the provider said no'),
])('payment refused with %s: its claim is released, and the timeline says why', async (refusal) => {
  const order = await database.written(awaitingOrder());
  const { run, reported } = settlement({ authorize: () => Promise.reject(refusal) });
  await expect(run(order)).rejects.toBe(refusal);
  const after = await readOrder(database.table, order.order_id);
  expect(after?.payment_id ?? after?.payment_claimed_at).toBeUndefined();
  expect(after?.timeline.at(-1)).toMatchObject({ what: 'payment payment-1 refused', why: 'the provider said no' });
  expect(reported).toEqual([]);
});

test.each([
  ['is unknown', new RetryableError('PAYMENT_UNAVAILABLE', 'no answer')],
  ['belongs to an undone order', new PaymentVoidedError('voided')],
  ['is a fault of ours', new TypeError('fault')],
])(
  'the outcome of an authorization %s: the claim stays, so that nobody else pays or cancels',
  async (_which, error) => {
    const order = await database.written(awaitingOrder());
    const { run } = settlement({ authorize: () => Promise.reject(error) });
    await expect(run(order)).rejects.toBe(error);
    expect(await readOrder(database.table, order.order_id)).toMatchObject({ payment_id: 'payment-1' });
  },
);

test('the provider asks for the customer: the order shows where, and is open to a cancellation and to other payments', async () => {
  const order = await database.written(awaitingOrder());
  const { run, reported, declined } = settlement({
    authorize: () => Promise.reject(new CustomerActionRequiredError('/payment/action?x')),
  });
  await expect(run(order)).rejects.toMatchObject({ code: 'CUSTOMER_ACTION_REQUIRED', actionUrl: '/payment/action?x' });
  const after = await readOrder(database.table, order.order_id);
  expect(after).toMatchObject({ status: 'AWAITING_PAYMENT', payment_action_url: '/payment/action?x' });
  expect(after?.payment_id ?? after?.payment_claimed_at).toBeUndefined();
  expect(Date.parse(String(after?.saga_due_at)) - Date.now()).toBeLessThan(61_000);
  expect([reported, declined]).toEqual([[], []]);
  expect(await requestCancellation(database.table, order, new Date())).toMatchObject({ outcome: 'REQUESTED' });
});

test('a customer asks again and again how a payment stands: the timeline does not grow, and the provider is asked no later', async () => {
  const order = await database.written(awaitingOrder());
  const { run } = settlement({
    authorize: () => Promise.reject(new CustomerActionRequiredError('/payment/action?x')),
  });
  const asked = async () => {
    const current = (await readOrder(database.table, order.order_id)) ?? order;
    await expect(run(current)).rejects.toMatchObject({ code: 'CUSTOMER_ACTION_REQUIRED' });
    return readOrder(database.table, order.order_id);
  };
  const first = await asked();
  await asked();
  expect(await asked()).toEqual(first);
  expect(first?.timeline.map(({ what }) => what).slice(-2)).toEqual([
    'payment payment-1 begun',
    'payment payment-1 waits for its customer to confirm it',
  ]);
});

test('a payment that its customer has confirmed is settled, however many were tried before', async () => {
  const entry = { at: '2026-11-22T11:00:00.000Z', status: 'AWAITING_PAYMENT', what: 'payment refused' } as const;
  const timeline = Array.from({ length: MAX_TIMELINE_ENTRIES }, () => entry);
  const order = await database.written(awaitingOrder({ timeline }));
  const { run, reported } = settlement({ onPause: () => sagaWrites(database.table, order.order_id, 'PAID') });
  await expect(run(order)).rejects.toThrow('too many payments');
  await run(order, 'payment-1', true);
  expect(reported).toEqual(['token-1']);
});

test('the payment that an order was placed with keeps its method, and its refusal ends the order', async () => {
  const order = await database.written(awaitingOrder({ payment_method: 'tok_3ds' }));
  const refusal = new PaymentDeclinedError('the provider said no');
  const { run, asked, declined } = settlement({ authorize: () => Promise.reject(refusal) });
  await expect(run(order, order.order_id)).rejects.toBe(refusal);
  expect(asked).toMatchObject([[{ paymentId: order.order_id, method: 'tok_3ds' }, {}]]);
  expect(declined).toEqual(['token-1']);
  // Until the saga has ended the order, no other payment comes in between.
  expect(await readOrder(database.table, order.order_id)).toMatchObject({ payment_id: order.order_id });
});

test('another card pays an order that was placed with one: that card is charged, and its refusal leaves the order open', async () => {
  const order = await database.written(awaitingOrder({ payment_method: 'tok_3ds' }));
  const refusal = new PaymentDeclinedError('the provider said no');
  const { run, asked, declined } = settlement({ authorize: () => Promise.reject(refusal) });
  await expect(run(order, 'tok_declined')).rejects.toBe(refusal);
  expect(asked).toMatchObject([[{ paymentId: 'tok_declined', method: 'tok_declined' }, {}]]);
  expect(declined).toEqual([]);
  expect(await readOrder(database.table, order.order_id)).not.toHaveProperty('payment_id');
});

test('another card has replaced the payment that an order was placed with: the order does not end', async () => {
  const order = await database.written(awaitingOrder({ payment_method: 'tok_3ds' }));
  const mismatch = new PaymentMismatchError('another payment');
  const { run, declined } = settlement({ authorize: () => Promise.reject(mismatch) });
  await expect(run(order, order.order_id)).rejects.toBe(mismatch);
  expect(declined).toEqual([]);
  expect(await readOrder(database.table, order.order_id)).not.toHaveProperty('payment_id');
});

test('another payment claims the order first: refused without an authorization', async () => {
  const order = await database.written(awaitingOrder());
  const other = settlement({});
  interpose(database.table.client, 'UpdateItemCommand', () =>
    expect(other.run(order, 'payment-2')).rejects.toMatchObject({ code: 'PAYMENT_PENDING' }),
  );
  const { run, asked } = settlement({});
  await expect(run(order)).rejects.toMatchObject({ code: 'PAYMENT_IN_PROGRESS' });
  expect(asked).toEqual([]);
  expect(other.reported).toEqual(['token-1']);
});

test('an order that does not exist is not claimed: no record found', async () => {
  const { run, asked } = settlement({});
  await expect(run(awaitingOrder())).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
  expect(asked).toEqual([]);
});
