import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import type { Order } from './order.ts';
import { readOrder } from './order-table.ts';
import {
  cancellationRequest,
  endedStart,
  type OrderUpdate,
  recordRepeatedStart,
  removeUnstartedOrder,
  updateOrder,
} from './order-writes.ts';
import { CLAIM_LEASE_MS, MAX_TIMELINE_ENTRIES } from './payment-claim.ts';
import { paymentClaim, paymentClaimRelease, paymentUndoing, paymentWait } from './payment-writes.ts';

const database = withOrderTable();

const NOW = new Date('2026-11-22T12:00:00.000Z');
const AT = NOW.toISOString();
const IN_FORCE = new Date(NOW.getTime() - CLAIM_LEASE_MS).toISOString();
const EXPIRED = new Date(NOW.getTime() - CLAIM_LEASE_MS - 1).toISOString();
const EARLIER = '2026-11-22T11:00:00.000Z';

async function written(order: Order): Promise<Order> {
  await database.table.client.send(new PutCommand({ TableName: database.table.name, Item: order }));
  return order;
}

function timelineOf(entries: number) {
  const entry = { at: EARLIER, status: 'AWAITING_PAYMENT', what: 'payment refused' } as const;
  return { timeline: Array.from({ length: entries }, () => entry) };
}

const UPDATES = {
  endedStart: ({ order_id }: Order) => endedStart(order_id, NOW),
  cancellationRequest: ({ order_id }: Order) => cancellationRequest(order_id, 'AWAITING_PAYMENT', NOW),
  paymentWait: ({ order_id: orderId }: Order) =>
    paymentWait({ orderId, taskToken: 'token-1', attempt: 1, enteredAt: NOW, windowSeconds: 60 }),
  paymentClaim: (order: Order) => paymentClaim(order, { paymentId: 'payment-1', isConfirmed: false }, NOW),
  paymentClaimRelease: ({ order_id }: Order) => paymentClaimRelease(order_id, 'payment-1', 'declined', NOW),
  paymentUndoing: ({ order_id }: Order) => paymentUndoing(order_id, 'payment-1', NOW),
} satisfies Readonly<Record<string, (order: Order) => OrderUpdate>>;

const RESERVED = { status: 'RESERVED', start_pending: undefined } as const;

test.each<readonly [keyof typeof UPDATES, string, Order]>([
  ['endedStart', 'has written its status', testOrder({ status: 'RESERVED' })],
  ['endedStart', 'is reported already', testOrder({ start_pending: 'ENDED' })],
  ['endedStart', 'has begun', testOrder({ start_pending: undefined })],
  ['cancellationRequest', 'is authorized', awaitingOrder({ status: 'AUTHORIZED' })],
  ['cancellationRequest', 'is cancelled already', awaitingOrder({ cancel_requested_at: EARLIER })],
  ['cancellationRequest', 'is claimed', awaitingOrder({ payment_id: 'payment-1', payment_claimed_at: IN_FORCE })],
  ['cancellationRequest', 'is claimed since an unknown time', awaitingOrder({ payment_id: 'payment-1' })],
  ['paymentWait', 'has no stock yet', testOrder()],
  ['paymentWait', 'is authorized', awaitingOrder({ status: 'AUTHORIZED' })],
  ['paymentWait', 'is being cancelled', testOrder({ ...RESERVED, cancel_requested_at: EARLIER })],
  ['paymentWait', 'waits under this token', awaitingOrder({ task_attempt: 1 })],
  ['paymentWait', 'waits under a later attempt', awaitingOrder({ task_token: 'token-2', task_attempt: 2 })],
  ['paymentClaim', 'does not wait yet', testOrder(RESERVED)],
  ['paymentClaim', 'has expired', awaitingOrder({ status: 'EXPIRED' })],
  ['paymentClaim', 'is being cancelled', awaitingOrder({ cancel_requested_at: EARLIER })],
  ['paymentClaim', 'is claimed', awaitingOrder({ payment_id: 'payment-2', payment_claimed_at: IN_FORCE })],
  [
    'paymentClaim',
    'is claimed by this payment',
    awaitingOrder({ payment_id: 'payment-1', payment_claimed_at: IN_FORCE }),
  ],
  ['paymentClaim', 'has seen too many payments', awaitingOrder(timelineOf(MAX_TIMELINE_ENTRIES))],
  ['paymentClaimRelease', 'is authorized', awaitingOrder({ status: 'AUTHORIZED', payment_id: 'payment-1' })],
  ['paymentClaimRelease', 'is claimed by another payment', awaitingOrder({ payment_id: 'payment-2' })],
  ['paymentClaimRelease', 'is not claimed', awaitingOrder()],
  ['paymentUndoing', 'is authorized', awaitingOrder({ status: 'AUTHORIZED', payment_id: 'payment-1' })],
  ['paymentUndoing', 'is claimed by another payment', awaitingOrder({ payment_id: 'payment-2' })],
])('the write %s changes nothing of an order that %s', async (write, _which, order) => {
  const before = await written(order);
  const outcome = await updateOrder(database.table, UPDATES[write](order));
  expect(outcome).toEqual({ applied: false, order: JSON.parse(JSON.stringify(before)) });
  expect(await readOrder(database.table, order.order_id)).toEqual(JSON.parse(JSON.stringify(before)));
});

test.each(Object.keys(UPDATES) as readonly (keyof typeof UPDATES)[])(
  'the write %s creates no order where there is none',
  async (write) => {
    const order = testOrder();
    expect(await updateOrder(database.table, UPDATES[write](order))).toEqual({ applied: false, order: undefined });
    expect(await readOrder(database.table, order.order_id)).toBeUndefined();
  },
);

test('a condition that holds for an absent order creates none, whatever its operators', async () => {
  const { order_id: orderId } = testOrder();
  const condition = '#status = :status OR attribute_not_exists(cancel_requested_at)';
  const update = {
    ...cancellationRequest(orderId, 'PENDING', NOW),
    condition,
    values: { ':at': AT, ':status': 'PENDING', ':due_key': '0', ':due': AT },
  };
  expect(await updateOrder(database.table, update)).toEqual({ applied: false, order: undefined });
  expect(await readOrder(database.table, orderId)).toBeUndefined();
});

test.each<readonly [keyof typeof UPDATES, Order, Partial<Order>, object]>([
  [
    'endedStart',
    testOrder(),
    { start_pending: 'ENDED', saga_due_at: AT },
    { status: 'PENDING', what: 'processing begins again', why: expect.any(String) },
  ],
  [
    'cancellationRequest',
    awaitingOrder({ payment_id: 'payment-1', payment_claimed_at: EXPIRED }),
    { cancel_requested_at: AT, payment_id: 'payment-1', saga_due_at: '2026-11-22T12:00:30.000Z' },
    { status: 'AWAITING_PAYMENT', what: 'cancellation requested' },
  ],
  [
    'paymentWait',
    testOrder(RESERVED),
    {
      status: 'AWAITING_PAYMENT',
      task_token: 'token-1',
      task_attempt: 1,
      payment_due_at: '2026-11-22T12:00:54.000Z',
      saga_due_at: '2026-11-22T12:01:30.000Z',
    },
    { status: 'AWAITING_PAYMENT', what: 'waiting for the payment', why: expect.stringContaining('60 seconds') },
  ],
  [
    'paymentClaim',
    awaitingOrder({ ...timelineOf(MAX_TIMELINE_ENTRIES - 1), payment_id: 'payment-2', payment_claimed_at: EXPIRED }),
    { payment_id: 'payment-1', payment_claimed_at: AT },
    { status: 'AWAITING_PAYMENT', what: 'payment payment-1 begun' },
  ],
  [
    'paymentClaimRelease',
    awaitingOrder({ payment_id: 'payment-1', payment_claimed_at: IN_FORCE }),
    { payment_id: undefined, payment_claimed_at: undefined },
    { status: 'AWAITING_PAYMENT', what: 'payment payment-1 refused', why: 'declined' },
  ],
  [
    'paymentUndoing',
    awaitingOrder({ payment_id: 'payment-1', payment_claimed_at: IN_FORCE }),
    {
      payment_id: undefined,
      payment_claimed_at: undefined,
      payment_undone_at: AT,
      saga_due_at: AT,
    },
    { status: 'AWAITING_PAYMENT', what: 'payment payment-1 undone', why: 'it could not be completed' },
  ],
])(
  'the write %s changes its own attributes, the time of the update and the timeline',
  async (write, order, changes, entry) => {
    await written(order);
    const outcome = await updateOrder(database.table, UPDATES[write](order));
    const wanted = { ...order, ...changes, updated_at: AT, timeline: [...order.timeline, { at: AT, ...entry }] };
    expect(outcome).toEqual({ applied: true, order: wanted });
    expect(await readOrder(database.table, order.order_id)).toEqual(wanted);
  },
);

test('a start by another request is recorded once the order is there, and not after its saga has written', async () => {
  const order = await written(testOrder());
  expect(await recordRepeatedStart(database.table, order.order_id, NOW)).toMatchObject({
    applied: true,
    order: { ...JSON.parse(JSON.stringify(order)), start_repeated_at: AT },
  });
  const begun = await written(testOrder(RESERVED));
  expect(await recordRepeatedStart(database.table, begun.order_id, NOW)).toMatchObject({
    applied: false,
    order: { order_id: begun.order_id, status: 'RESERVED' },
  });
  expect(await readOrder(database.table, begun.order_id)).not.toHaveProperty('start_repeated_at');
});

test('an unstarted order is removed once, and by the request that placed it', async () => {
  const order = await written(testOrder());
  expect(await removeUnstartedOrder(database.table, { ...order, placement_id: 'another' })).toBe(false);
  expect(await removeUnstartedOrder(database.table, order)).toBe(true);
  expect(await removeUnstartedOrder(database.table, order)).toBe(false);
});
