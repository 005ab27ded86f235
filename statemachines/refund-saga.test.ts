import '../tests/support/quiet-log.ts';
import { describe, expect, test } from '@jest/globals';
import validator from 'asl-validator';
import { RetryableError } from '../functions/common/errors.ts';
import { logWith, rootLogger } from '../functions/common/logger.ts';
import type { Order } from '../functions/orders/order.ts';
import { readOrder } from '../functions/orders/order-table.ts';
import { REFUND_STEPS } from '../functions/orders/refunds/refund.ts';
import { acceptRefund } from '../functions/orders/refunds/refund-acceptance.ts';
import { newRefundId, type RefundRequest } from '../functions/orders/refunds/refund-request.ts';
import { refundSagaInput } from '../functions/orders/refunds/refund-saga.ts';
import { handler as awaitRedrive } from '../functions/saga/await-redrive.ts';
import { createHandler as recordRefund } from '../functions/saga/record-refund.ts';
import { createHandler as refundPayment } from '../functions/saga/refund-payment.ts';
import { createHandler as returnInventory } from '../functions/saga/return-inventory.ts';
import { itemInStock } from '../tests/support/inventory.ts';
import { confirmedOrder } from '../tests/support/order.ts';
import { withOrderTable } from '../tests/support/order-fixtures.ts';
import { withInventoryService, withPaymentService } from '../tests/support/service-fixtures.ts';
import { type VirtualFunction, virtualExecution } from '../tests/support/virtual-execution.ts';
import { readRefundSaga, type SagaState } from './read-order-saga.ts';
import { retryBudget } from './retry-budget.ts';

const { definition: machine, text } = readRefundSaga();
const tasks = Object.entries(machine.States).filter(([, { Type }]) => Type === 'Task');

function state(name: string): SagaState {
  const found = machine.States[name];
  if (found === undefined) {
    throw new Error(`the refund saga has no state ${name}`);
  }
  return found;
}

describe('the definition of the refund saga', () => {
  test('is valid Amazon States Language', () => {
    const { isValid, errorsText } = validator(
      JSON.parse(text.replaceAll(/\$\{\w+Arn\}/g, 'arn:aws:lambda:us-east-1:123456789012:function:f')),
    );
    expect(errorsText('\n')).toBe('');
    expect(isValid).toBe(true);
  });

  test('has only tasks that may be parked, the parking and the wait for a redrive, each with a timeout', () => {
    expect(tasks.map(([name]) => name)).toEqual([...REFUND_STEPS, 'ParkRefund', 'AwaitRedrive']);
    expect(tasks.filter(([, { TimeoutSeconds }]) => TimeoutSeconds === undefined)).toEqual([]);
  });

  test.each(REFUND_STEPS)('%s retries every error for minutes with full jitter, then parks the refund', (name) => {
    const last = state(name).Retry?.at(-1);
    expect(last).toMatchObject({ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL', MaxDelaySeconds: 30 });
    expect(retryBudget(last ?? {}, 15).waiting).toBe(241);
    expect(state(name).Catch?.at(-1)).toMatchObject({
      ErrorEquals: ['States.ALL'],
      Next: 'ParkRefund',
      Assign: { parked_step: name },
    });
    expect(JSON.stringify(state('ParkRefund').Arguments)).toContain(`'${name}': '`);
  });

  test.each(['ReturnInventory', 'RefundPayment'])('%s does not ask again after a refusal, which has a code', (name) => {
    const refused = state(name).Retry?.[0];
    expect(refused).toMatchObject({ MaxAttempts: 0 });
    const [declined] = state(name).Catch ?? [];
    expect(declined).toMatchObject({ ErrorEquals: refused?.ErrorEquals, Next: 'RecordDecline' });
    for (const error of refused?.ErrorEquals ?? []) {
      expect(JSON.stringify(declined?.Assign)).toMatch(new RegExp(`'${error}':\\s*'[A-Z_]+'`));
    }
  });

  test('tries to park for more than an hour: until then nobody sees that the refund needs attention', () => {
    expect(retryBudget(state('ParkRefund').Retry?.at(-1) ?? {}, 15).longest).toBeGreaterThan(3_600);
  });

  test('begins anew after a redrive', () => {
    expect(state('AwaitRedrive').Next).toBe(machine.StartAt);
  });
});

// The saga in virtual time, with its real functions, services and table.
const database = withOrderTable();
const payments = withPaymentService();
const inventory = withInventoryService({ catalogue: [itemInStock('pen', 100), itemInStock('cup', 100)] });

/** A confirmed order whose stock is sold and whose money is taken. */
async function confirmed(method = 'tok_visa'): Promise<Order> {
  const order = await database.written(confirmedOrder());
  const { order_id: orderId } = order;
  const lines = order.lines.map(({ item_id, count }) => ({ itemId: item_id, count }));
  await inventory.client.reserve({ orderId, lines, holdSeconds: 60 }, {});
  await inventory.client.commit({ orderId }, {});
  await payments.service.authorize(orderId, { paymentId: 'payment-1', method, amountMinor: 2_000 });
  await payments.service.capture(orderId);
  return order;
}

async function requested({ order_id }: Order, request: Partial<RefundRequest> = {}) {
  const wanted: RefundRequest = {
    refundId: newRefundId(order_id, undefined),
    amountMinor: undefined,
    lines: undefined,
    restock: false,
    reason: 'test',
    by: undefined,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    ...request,
  };
  const nothingStarts = async () => ({ outcome: 'STARTED' }) as const;
  const refunds = { start: nothingStarts, find: () => Promise.reject(), redrive: () => Promise.reject() };
  return acceptRefund(order_id, wanted, { table: database.table, refunds }, logWith(rootLogger(), {}), new Date());
}

type Replaced = Readonly<Record<string, VirtualFunction>>;

function saga(accepted: Awaited<ReturnType<typeof requested>>, replaced: Replaced = {}) {
  return virtualExecution(text, refundSagaInput(accepted), {
    ReturnInventory: returnInventory(() => inventory.client),
    RefundPayment: refundPayment(() => payments.client),
    RecordRefund: recordRefund(() => database.table),
    AwaitRedrive: awaitRedrive,
    ...replaced,
  });
}

async function recorded({ order_id }: Order, refundId: string) {
  const order = await readOrder(database.table, order_id);
  return { order, refund: order?.refunds?.[refundId] };
}

describe('the refund saga', () => {
  test('returns the stock, gives the money back, and records both', async () => {
    const order = await confirmed();
    const accepted = await requested(order, { lines: [{ item_id: 'pen', count: 2 }], restock: true });
    const execution = saga(accepted);
    expect(await execution.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(execution.path).toEqual([
      'IsStockComingBack',
      'ReturnInventory',
      'IsMoneyGivenBack',
      'RefundPayment',
      'RecordRefund',
      'RefundEnded',
    ]);
    const { order: after, refund } = await recorded(order, accepted.refundId);
    expect(refund).toMatchObject({ status: 'SUCCEEDED', stock_returned: true, ended_at: expect.any(String) });
    expect(after).toMatchObject({ status: 'CONFIRMED', refunded_minor: 1_000, refundable_minor: 1_000 });
    expect(after).not.toHaveProperty('saga_due');
    expect(after?.timeline.at(-1)).toMatchObject({ status: 'CONFIRMED', what: 'refunded', why: '10.00 USD' });
    expect(await payments.service.payment(order.order_id)).toMatchObject({ refunded: { minorUnits: 1_000 } });
  });

  test('repeated as a whole, gives the money back once and keeps the first end', async () => {
    const order = await confirmed();
    const accepted = await requested(order, { restock: true });
    await saga(accepted).run();
    expect(await saga(accepted).run()).toMatchObject({ status: 'SUCCEEDED' });
    const { refunds } = await payments.service.payment(order.order_id);
    expect(refunds).toHaveLength(1);
    const { order: after } = await recorded(order, accepted.refundId);
    expect(after?.timeline.filter(({ what }) => what === 'refunded')).toHaveLength(1);
  });

  test('ends as declined where the provider declines: stock that came back stays, the amount can be refunded', async () => {
    const order = await confirmed('tok_refund_fails');
    const accepted = await requested(order, { lines: [{ item_id: 'cup', count: 1 }], restock: true });
    expect(await saga(accepted).run()).toMatchObject({ status: 'SUCCEEDED' });
    const { order: after, refund } = await recorded(order, accepted.refundId);
    expect(refund).toMatchObject({ status: 'DECLINED', code: 'REFUND_DECLINED', stock_returned: true });
    expect(after).toMatchObject({ refunded_minor: 0, refundable_minor: 2_000 });
  });

  test('ends as declined where the stock came back another way: no money is given back', async () => {
    const order = await confirmed();
    const everything = { orderId: order.order_id, returnId: 'by-hand', lines: [], reason: 'by hand' };
    const accepted = await requested(order, { restock: true });
    await inventory.client.return(everything, {});
    expect(await saga(accepted).run()).toMatchObject({ status: 'SUCCEEDED' });
    const { refund } = await recorded(order, accepted.refundId);
    expect(refund).toMatchObject({ status: 'DECLINED', code: 'RETURN_EXCEEDS_SOLD', stock_returned: false });
    expect((await payments.service.payment(order.order_id)).refunds).toEqual([]);
  });

  test('parks the refund after minutes without Payment, and goes on after a redrive', async () => {
    const order = await confirmed();
    const accepted = await requested(order, { lines: [{ item_id: 'pen', count: 1 }], restock: true });
    let isAway = true;
    const execution = saga(accepted, {
      RefundPayment: async (payload) => {
        if (isAway) {
          throw new RetryableError('PAYMENT_UNAVAILABLE', 'the payment service: UNAVAILABLE');
        }
        return refundPayment(() => payments.client)(payload);
      },
    });
    expect(await execution.run()).toMatchObject({ status: 'FAILED', error: 'NeedsAttentionError' });
    expect(execution.path.filter((name) => name === 'RefundPayment')).toHaveLength(1);
    expect(execution.elapsedMs()).toBeGreaterThan(30_000);
    expect(await recorded(order, accepted.refundId)).toMatchObject({
      order: { refund_parked_step: 'RefundPayment', refundable_minor: 1_500, refunded_minor: 0 },
      refund: {
        status: 'NEEDS_ATTENTION',
        parked_step: 'RefundPayment',
        parked_error: 'RetryableError',
        parked_reason: 'the money could not be given back: the payment service: UNAVAILABLE',
      },
    });

    isAway = false;
    expect(await execution.redrive()).toMatchObject({ status: 'SUCCEEDED' });
    const { order: after, refund } = await recorded(order, accepted.refundId);
    expect(refund).toMatchObject({ status: 'SUCCEEDED' });
    expect(refund).not.toHaveProperty('parked_step');
    expect(after).not.toHaveProperty('refund_parked_step');
    expect(await inventoryOf(order)).toEqual([1, 0]);
  });

  test('parks nothing where the end was written by a try that seemed to fail', async () => {
    const order = await confirmed();
    const accepted = await requested(order);
    const record = recordRefund(() => database.table);
    const execution = saga(accepted, {
      RecordRefund: async (payload) => {
        const result = await record(payload);
        if ((payload as { outcome: { status: string } }).outcome.status === 'SUCCEEDED') {
          throw new RetryableError('ORDERS_UNAVAILABLE', 'the reply was lost');
        }
        return result;
      },
    });
    expect(await execution.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(execution.path.slice(-3)).toEqual(['ParkRefund', 'IsParked', 'RefundEnded']);
    expect((await recorded(order, accepted.refundId)).refund).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('of pieces alone returns them without asking Payment', async () => {
    const order = await confirmed();
    await saga(await requested(order)).run();
    const accepted = await requested(order, { restock: true });
    const execution = saga(accepted);
    await execution.run();
    expect(execution.path).not.toContain('RefundPayment');
    expect((await recorded(order, accepted.refundId)).refund).toMatchObject({ amount_minor: 0, status: 'SUCCEEDED' });
    expect(await inventoryOf(order)).toEqual([2, 1]);
  });
});

/** How many pieces of each line came back. */
async function inventoryOf({ order_id }: Order): Promise<readonly number[]> {
  const { lines } = await inventory.service.reservation(order_id);
  return lines.map(({ returned }) => returned);
}
