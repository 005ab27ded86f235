import { expect, jest, test } from '@jest/globals';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { eachOf } from '../common/each-of.ts';
import type { Order } from '../orders/order.ts';
import { createOrderSaga } from '../orders/order-saga.ts';
import type { Refund } from '../orders/refunds/refund.ts';
import { createRefundSaga } from '../orders/refunds/refund-saga.ts';
import { createHandler } from './redrive-orders.ts';

// Where one request to redrive ends: in number, and in time.

const database = withOrderTable('test');
const stepFunctions = withStepFunctions();
const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga';
const handler = createHandler(() => ({
  table: database.table,
  saga: createOrderSaga(stepFunctions.client, ARN),
  refunds: createRefundSaga(stepFunctions.client, ARN.replace('order-saga', 'refund-saga')),
}));

function redrive(body: object) {
  return handler(httpEvent({ body, owner: 'olaf', role: 'operator' })).then(read);
}

let created = Date.parse('2026-11-28T12:00:00.000Z');

/** Writes so many parked orders, each newer than the one before. */
async function parked(count: number, differences: Partial<Order> = {}): Promise<readonly string[]> {
  const orders = Array.from({ length: count }, () => {
    created += 1_000;
    const what = { status: 'NEEDS_ATTENTION', start_pending: undefined, parked_step: 'CommitInventory' } as const;
    return testOrder({ ...what, created_at: new Date(created).toISOString(), ...differences });
  });
  await eachOf(orders, 20, async (order) => {
    await database.written(order);
  });
  return orders.map(({ order_id }) => order_id);
}

/** The clock is ahead by so much as soon as DynamoDB was asked. */
function clockJumpsAfterRequest(aheadMs: number): { readonly restore: () => void } {
  const now = Date.now.bind(Date);
  const requests = requestsOf(database.table.client);
  const spy = jest.spyOn(Date, 'now').mockImplementation(() => now() + (requests.length > 0 ? aheadMs : 0));
  return { restore: () => spy.mockRestore() };
}

test('however many orders of a step there are, no more of them are read than a request takes', async () => {
  await parked(205);
  const requests = requestsOf(database.table.client);
  expect(await redrive({ parked_step: 'CommitInventory' })).toMatchObject({ meta: { more: true } });
  expect(requests.filter((name) => name.startsWith('Query'))).toHaveLength(2);
});

test('pages of parked orders are read to the end, for ten seconds at most', async () => {
  const [oldest = ''] = await parked(1, { parked_step: 'VoidPayment' });
  const others = await parked(100);
  const clock = clockJumpsAfterRequest(10_000);
  const late = await redrive({ parked_step: 'VoidPayment' });
  clock.restore();
  expect([late.data, late.meta]).toEqual([{ redriven: [], refused: [] }, { more: true }]);

  const inTime = await redrive({ parked_step: 'VoidPayment' });
  expect([inTime.data, inTime.meta]).toEqual([{ redriven: [oldest], refused: [] }, null]);
  // Exactly as many as a request takes are all of them.
  const { data, meta } = await redrive({ parked_step: 'CommitInventory' });
  const { redriven } = data as { readonly redriven: readonly string[] };
  expect([redriven.toSorted(), meta]).toEqual([others.toSorted(), null]);
});

test('after fifteen seconds no further redrive is begun, and the answer names the orders that were not reached', async () => {
  const order_ids = await parked(30);
  const clock = clockJumpsAfterRequest(15_000);
  const { data } = await redrive({ order_ids });
  clock.restore();
  const { redriven, refused } = data as { readonly redriven: readonly string[]; readonly refused: readonly object[] };
  expect(redriven[0]).toBe(order_ids[0]);
  expect(refused.at(-1)).toEqual({ order_id: order_ids.at(-1), why: 'not reached; ask again' });
  expect(redriven.length + refused.length).toBe(30);
});

const REFUND: Refund = {
  amount_minor: 500,
  restock: false,
  reason: 'test',
  status: 'NEEDS_ATTENTION',
  requested_at: '2026-11-28T12:00:00.000Z',
  parked_step: 'RefundPayment',
};

test.each(['CommitInventory', 'RefundPayment'])(
  'an order that is parked itself is redriven before its parked refunds, found by the step %s',
  async (parked_step) => {
    const [id = ''] = await parked(1, { refunds: { r1: REFUND }, refund_parked_step: 'RefundPayment' });
    expect((await redrive({ parked_step })).data).toEqual({ redriven: [id], refused: [] });
    expect(stepFunctions.calls.map(({ input }) => String(input.executionArn).split(':').at(-1))).toEqual([id]);
  },
);

test('refunds that were found by their step are redriven with one more look at their order', async () => {
  const confirmed = { status: 'CONFIRMED', parked_step: undefined } as const;
  const refund_parked_step = 'RefundPayment';
  const [id] = await parked(1, { ...confirmed, refunds: { r1: REFUND }, refund_version: 1, refund_parked_step });
  const requests = requestsOf(database.table.client);
  expect((await redrive({ parked_step: refund_parked_step })).data).toEqual({ redriven: [id], refused: [] });
  expect(requests).toEqual(['QueryCommand', 'BatchGetItemCommand', 'GetItemCommand', 'UpdateItemCommand']);
});
