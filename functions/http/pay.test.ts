import { expect, test } from '@jest/globals';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { sagaWrites, withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { payEndpoint } from '../../tests/support/pay-endpoint.ts';
import { withPaymentService } from '../../tests/support/service-fixtures.ts';
import { refuse } from '../../tests/support/step-functions-recorder.ts';
import { requestCancellation } from '../orders/cancellation.ts';
import { readOrder } from '../orders/order-table.ts';
import { beginPaymentWait } from '../orders/payment-wait.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();
const payments = withPaymentService();

function wait(orderId: string, taskToken: string, attempt: number) {
  return beginPaymentWait(database.table, { orderId, taskToken, attempt, enteredAt: new Date(), windowSeconds: 60 });
}

const pay = payEndpoint({ database, stepFunctions, payments });

/** The charges that the provider's ledger has besides those before. */
async function newCharges(before: readonly string[]): Promise<readonly string[]> {
  return (await payments.service.charges()).filter((charge) => !before.includes(charge));
}

function completions() {
  return stepFunctions.calls.filter(({ action }) => action === 'SendTaskSuccess');
}

test('a payment is authorized, completes the saga’s task, and is answered with true once the money is taken', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ statusCode: 200, success: true, data: true });
  const authorized = await payments.service.payment(order_id);
  expect(authorized).toMatchObject({ paymentId: 'payment-1', amount: { minorUnits: 2_000, currency: 'USD' } });
  expect(completions()).toHaveLength(1);
  expect(completions()[0]?.input.taskToken).toBe('token-1');
  expect(JSON.parse(String(completions()[0]?.input.output))).toEqual({
    decision: 'PAID',
    payment_id: 'payment-1',
    provider_reference: authorized.providerReference,
  });
});

test('pay repeated: true again, without a second charge or a second completion', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'CONFIRMED');
  const before = await payments.service.charges();
  await pay([{ id: 'payment-1', order_id }]);
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ statusCode: 200, data: true });
  expect(completions()).toHaveLength(1);
  expect(await newCharges(before)).toEqual([`${order_id}#payment-1`]);
});

test('pay repeated concurrently: all get true, and there is one charge', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID').catch(() => refuse('TaskTimedOut'));
  const before = await payments.service.charges();
  const answers = await Promise.all(Array.from({ length: 5 }, () => pay([{ id: 'payment-1', order_id }])));
  expect(answers.map(({ statusCode, data }) => [statusCode, data])).toEqual(Array(5).fill([200, true]));
  expect(await newCharges(before)).toEqual([`${order_id}#payment-1`]);
  expect(completions().length).toBeGreaterThan(0);
  expect(new Set(completions().map(({ input }) => JSON.stringify(input))).size).toBe(1);
});

test('pay for an unknown order: 404, no record found', async () => {
  expect(await pay([{ id: 'payment-1', order_id: testOrder().order_id }])).toMatchObject({
    statusCode: 404,
    meta: { code: 'ORDER_NOT_FOUND' },
    data: 'no record found',
  });
});

test("pay for somebody else's order: no record found, and no claim", async () => {
  const { order_id } = await database.written(awaitingOrder({ owner: 'ann' }));
  expect(await pay([{ id: 'payment-1', order_id }], { owner: 'bob' })).toMatchObject({ statusCode: 404 });
  expect(await readOrder(database.table, order_id)).not.toHaveProperty('payment_id');
});

test.each([
  ['tok_declined', 'PAYMENT_DECLINED'],
  ['tok_insufficient_funds', 'INSUFFICIENT_FUNDS'],
  ['tok_unheard_of', 'INVALID_PAYMENT_METHOD'],
])('payment %s is refused with %s; then another payment of the order succeeds', async (id, code) => {
  const { order_id } = await database.written(awaitingOrder());
  expect(await pay([{ id, order_id }])).toMatchObject({ statusCode: 402, success: false, meta: { code } });
  expect(completions()).toEqual([]);
  const refused = await readOrder(database.table, order_id);
  expect(refused).not.toHaveProperty('payment_id');
  expect(refused?.timeline.at(-1)).toMatchObject({ what: `payment ${id} refused`, why: expect.any(String) });
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  expect(await pay([{ id: 'payment-2', order_id }])).toMatchObject({ statusCode: 200, data: true });
});

test('an order whose payment was refused can be cancelled', async () => {
  const order = await database.written(awaitingOrder());
  await pay([{ id: 'tok_declined', order_id: order.order_id }]);
  expect(await requestCancellation(database.table, order, new Date())).toMatchObject({ outcome: 'REQUESTED' });
});

test('cancel racing pay: the first of them gets the order', async () => {
  for (let round = 0; round < 10; round += 1) {
    const order = await database.written(awaitingOrder());
    stepFunctions.reply = () => sagaWrites(database.table, order.order_id, 'PAID');
    const [paid, cancellation] = await Promise.all([
      pay([{ id: 'payment-1', order_id: order.order_id }]),
      requestCancellation(database.table, order, new Date()),
    ]);
    expect(paid.statusCode).toBe(cancellation.outcome === 'REQUESTED' ? 409 : 200);
  }
});

test('two payments of one order at once: one of them gets it', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  const before = await payments.service.charges();
  const ids = ['payment-1', 'payment-2'];
  const answers = await Promise.all(ids.map((id) => pay([{ id, order_id }])));
  expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409]);
  const [winner] = ids.filter((_id, index) => answers[index]?.statusCode === 200);
  expect(await newCharges(before)).toEqual([`${order_id}#${winner}`]);
  expect(await readOrder(database.table, order_id)).toMatchObject({ status: 'PAID', payment_id: winner });
});

test('task token timed out: the response follows the order’s record', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = async () => {
    await sagaWrites(database.table, order_id, 'EXPIRED');
    return refuse('TaskTimedOut');
  };
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({
    statusCode: 409,
    meta: { code: 'ORDER_NOT_PAYABLE' },
    data: expect.stringContaining('expired'),
  });
});

test('the saga waits under a new token by now: the payment completes that one', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = async ({ input }) => {
    if (input.taskToken === 'token-2') {
      return sagaWrites(database.table, order_id, 'PAID');
    }
    await wait(order_id, 'token-2', 1);
    return refuse('TaskTimedOut');
  };
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ statusCode: 200, data: true });
});

test('hanging: a payment that arrives after its void is refused', async () => {
  const { order_id } = await database.written(awaitingOrder());
  await payments.service.void(order_id);
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({
    statusCode: 409,
    meta: { code: 'PAYMENT_VOIDED' },
  });
  expect(completions()).toEqual([]);
});

test('slow saga: 503 PAYMENT_PENDING, and the same request finds out later', async () => {
  const { order_id } = await database.written(awaitingOrder());
  const early = await pay([{ id: 'payment-1', order_id }], { waitMs: 100 });
  expect(early).toMatchObject({ statusCode: 503, meta: { code: 'PAYMENT_PENDING' } });
  expect(early.headers).toHaveProperty('Retry-After');
  await sagaWrites(database.table, order_id, 'PAID');
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ statusCode: 200, data: true });
});

test('Step Functions unreachable: the same request continues the payment', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = () => refuse('ServiceUnavailable', 503);
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({
    statusCode: 503,
    meta: { code: 'SAGA_UNAVAILABLE' },
  });
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ statusCode: 200, data: true });
});

test('pay waits for an order that is not ready yet', async () => {
  const { order_id } = await database.written(awaitingOrder({ status: 'RESERVED', task_token: undefined }));
  stepFunctions.reply = () => sagaWrites(database.table, order_id, 'PAID');
  const paid = pay([{ id: 'payment-1', order_id }]);
  await wait(order_id, 'token-1', 0);
  expect(await paid).toMatchObject({ statusCode: 200, data: true });
});

test.each([
  ['is paid with its own method', testOrder({ payment_method: 'tok_visa' }), 'ORDER_NOT_PAYABLE'],
  ['is being cancelled', awaitingOrder({ cancel_requested_at: 'now' }), 'ORDER_NOT_PAYABLE'],
  ['is claimed by another payment', awaitingOrder({ payment_id: 'other' }), 'PAYMENT_IN_PROGRESS'],
  ['was paid with another payment', awaitingOrder({ status: 'CONFIRMED', payment_id: 'other' }), 'ORDER_NOT_PAYABLE'],
  ['is over', awaitingOrder({ status: 'REJECTED', reason: 'out of stock' }), 'ORDER_NOT_PAYABLE'],
  ['is parked', awaitingOrder({ status: 'NEEDS_ATTENTION', parked_step: 'VoidPayment' }), 'ORDER_NOT_PAYABLE'],
])('pay is refused for an order that %s', async (_why, order, code) => {
  const { order_id } = await database.written(order);
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ statusCode: 409, meta: { code } });
});

test('an order that is parked behind the pivot counts as paid', async () => {
  const parked = { status: 'NEEDS_ATTENTION', parked_step: 'CommitInventory', payment_id: 'payment-1' } as const;
  const { order_id } = await database.written(awaitingOrder(parked));
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ statusCode: 200, data: true });
});

test('the number of payments of one order is bounded', async () => {
  const entry = { at: '', status: 'AWAITING_PAYMENT', what: 'payment refused' } as const;
  const { order_id } = await database.written(awaitingOrder({ timeline: Array.from({ length: 200 }, () => entry) }));
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({
    statusCode: 409,
    data: 'too many payments of the order were tried',
  });
});

test('pay after the time to pay is refused before it touches the card', async () => {
  const { order_id } = await database.written(
    awaitingOrder({ payment_due_at: new Date(Date.now() - 1).toISOString() }),
  );
  expect(await pay([{ id: 'late', order_id }])).toMatchObject({
    statusCode: 409,
    meta: { code: 'PAYMENT_WINDOW_CLOSED' },
    data: 'the time to pay the order is over',
  });
  expect(await payments.service.charge(order_id, 'late')).toBeUndefined();
  expect(await readOrder(database.table, order_id)).not.toHaveProperty('payment_id');
});

test('clock set back: an end that lies further ahead than the whole window counts as over', async () => {
  const due = new Date(Date.now() + 901_000).toISOString();
  const { order_id } = await database.written(awaitingOrder({ payment_due_at: due, payment_window_seconds: 900 }));
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ meta: { code: 'PAYMENT_WINDOW_CLOSED' } });
});

test('the payment that began in time is repeated after the end: it waits for the saga’s decision', async () => {
  const { order_id } = await database.written(
    awaitingOrder({ payment_due_at: new Date(Date.now() - 1).toISOString(), payment_id: 'payment-1' }),
  );
  expect(await pay([{ id: 'payment-1', order_id }], { waitMs: 100 })).toMatchObject({
    meta: { code: 'PAYMENT_PENDING' },
  });
  await sagaWrites(database.table, order_id, 'PAID');
  expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({ statusCode: 200, data: true });
});

test.each(['FAILED', 'TIMED_OUT', 'ABORTED', 'SUCCEEDED', 'lost'])(
  'the saga cannot be told, because its execution is %s: the payment is voided, and the order takes no other',
  async (status) => {
    const { order_id } = await database.written(awaitingOrder());
    stepFunctions.reply = ({ action }) => {
      if (action !== 'DescribeExecution') {
        return refuse('TaskDoesNotExist');
      }
      return status === 'lost' ? refuse('ExecutionDoesNotExist') : { kind: 'answer', output: { status } };
    };
    expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({
      statusCode: 409,
      meta: { code: 'ORDER_NOT_PAYABLE' },
    });
    expect(await payments.service.charge(order_id, 'payment-1')).toMatchObject({ state: 'VOIDED', captures: 0 });
    const order = await readOrder(database.table, order_id);
    expect(order).not.toHaveProperty('payment_id');
    // The reconciliation takes the order up at once.
    expect(Date.parse(String(order?.saga_due_at))).toBeLessThanOrEqual(Date.now());
    expect(await pay([{ id: 'payment-2', order_id }])).toMatchObject({ statusCode: 409 });
    expect(await payments.service.charge(order_id, 'payment-2')).toBeUndefined();
  },
);

test('the saga was told before and still runs: its payment is not voided', async () => {
  const { order_id } = await database.written(awaitingOrder());
  stepFunctions.reply = ({ action }) =>
    action === 'DescribeExecution' ? { kind: 'answer', output: { status: 'RUNNING' } } : refuse('TaskTimedOut');
  expect(await pay([{ id: 'payment-1', order_id }], { waitMs: 300 })).toMatchObject({
    statusCode: 503,
    meta: { code: 'PAYMENT_PENDING' },
  });
  expect(await payments.service.charge(order_id, 'payment-1')).toMatchObject({ state: 'AUTHORIZED' });
});

test('the money was given back: pay of the same payment is not answered with true any more', async () => {
  const paid = { payment_id: 'payment-1', amount_minor: 2_000, refunded_minor: 2_000 } as const;
  const confirmed = await database.written(awaitingOrder({ ...paid, status: 'CONFIRMED' }));
  const parked = await database.written(
    awaitingOrder({ ...paid, status: 'NEEDS_ATTENTION', parked_step: 'CommitInventory' }),
  );
  for (const { order_id } of [confirmed, parked]) {
    expect(await pay([{ id: 'payment-1', order_id }])).toMatchObject({
      statusCode: 409,
      meta: { code: 'PAYMENT_REFUNDED' },
    });
  }
  const partly = await database.written(awaitingOrder({ ...paid, refunded_minor: 1, status: 'CONFIRMED' }));
  expect(await pay([{ id: 'payment-1', order_id: partly.order_id }])).toMatchObject({ statusCode: 200 });
});

test('a free order counts as paid, whatever the payment, and the provider is not asked', async () => {
  const { order_id } = await database.written(testOrder({ status: 'CONFIRMED', amount_minor: 0, currency: 'USD' }));
  expect(await pay([{ id: 'tok_declined', order_id }])).toMatchObject({ statusCode: 200, data: true });
  expect(await payments.service.charge(order_id, 'tok_declined')).toBeUndefined();
});
