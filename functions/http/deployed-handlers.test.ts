import { beforeAll, expect, jest, test } from '@jest/globals';
import { DEPLOYED_HANDLERS, withDeployedParts } from '../../tests/support/deployed-handlers.ts';
import { httpEvent, type TestRequest } from '../../tests/support/http-event.ts';
import { awaitingOrder, confirmedOrder, testOrder } from '../../tests/support/order.ts';
import { executionsAreLost } from '../../tests/support/step-functions-recorder.ts';
import { rootLogger } from '../common/logger.ts';
import { EVENT_TYPES } from '../orders/order-event.ts';
import { addOrder } from '../orders/order-writes.ts';
import { newSecret } from '../webhooks/webhook.ts';
import { addWebhook } from '../webhooks/webhook-table.ts';
import { OPERATIONS } from './contract/operations.ts';

// Each handler as it is deployed, with what it makes for itself from the environment's variables.

const deployed = withDeployedParts();
const UNKNOWN = { order_id: testOrder().order_id };
const WAITING = awaitingOrder({ payment_method: 'tok_3ds' });
const CANCELLED = awaitingOrder();
const CONFIRMED = confirmedOrder();
const PARKED = testOrder({ status: 'NEEDS_ATTENTION', start_pending: undefined, parked_step: 'CommitInventory' });
const [WEBHOOK_ID, REMOVED_ID] = ['wh_6f1c2a9be04d7358', 'wh_00000000000000ff'] as const;
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

let action: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  const { orders, saga, payment } = deployed.parts();
  saga.reply = executionsAreLost;
  for (const order of [WAITING, CANCELLED, CONFIRMED, PARKED]) {
    await addOrder(orders.table, order);
  }
  for (const webhook_id of [WEBHOOK_ID, REMOVED_ID]) {
    const receiver_url = `https://1.1.1.1/${webhook_id}`;
    const what = { event_types: [...EVENT_TYPES], secrets: [{ secret: newSecret() }] };
    await addWebhook(orders.webhooks, { webhook_id, receiver_url, ...what, created_at: new Date().toISOString() });
  }
  const { actionUrl } = await payment.authorize(WAITING.order_id, { paymentId: WAITING.order_id, method: 'tok_3ds' });
  action = Object.fromEntries(new URLSearchParams(actionUrl.split('?')[1]));
});

interface Call {
  readonly request?: () => TestRequest & { readonly id?: string };
  readonly status: number;
  /** What only the parts behind the handler can have made of the answer. */
  readonly says: RegExp;
  /** A line of the log, and what one reads there. Default: that the call was answered. */
  readonly logs?: readonly [message: string, keys: object];
}

const TEXT = expect.any(String);
const change = { id: 'item1', count: 4, reason: 'counted' };
const changed = { item_id: 'item1', stock_request_id: TEXT, reason: 'counted', by: 'olaf' };

const CALLS: Readonly<Record<string, Call>> = {
  listStocks: { status: 200, says: /name of item1/ },
  stockReport: { status: 200, says: /name of item1/ },
  restockItem: {
    request: () => ({ body: change }),
    status: 200,
    says: /"available":\d/,
    logs: ['restocked', { ...changed, count: 4 }],
  },
  correctItem: {
    request: () => ({ body: change }),
    status: 200,
    says: /"available":4/,
    logs: ['stock corrected', { ...changed, from: expect.any(Number), to: 4 }],
  },
  placeOrder: {
    request: () => ({ body: { list: [{ id: 'item1', count: 1 }], payment: { method: 'tok_visa' } } }),
    status: 202,
    says: /PENDING/,
    logs: ['answered', { order_id: TEXT }],
  },
  orderStatus: {
    request: () => ({ query: { order_id: CONFIRMED.order_id } }),
    status: 200,
    says: /CONFIRMED/,
    logs: ['answered', { order_id: CONFIRMED.order_id }],
  },
  listOrders: { status: 200, says: new RegExp(WAITING.order_id) },
  orderSummary: { status: 200, says: /"NEEDS_ATTENTION":0/ },
  cancelOrder: {
    request: () => ({ body: { order_id: CANCELLED.order_id } }),
    status: 202,
    says: /"cancel_requested":true/,
    logs: ['answered', { order_id: CANCELLED.order_id }],
  },
  pay: {
    request: () => ({ body: { list: [{ id: 'p-1', ...UNKNOWN }] } }),
    status: 404,
    says: /ORDER_NOT_FOUND/,
    logs: ['not paid', { ...UNKNOWN, payment_id: 'p-1', code: 'ORDER_NOT_FOUND' }],
  },
  paymentEvents: {
    request: () => ({ body: { type: 'payment.authorized', data: { ...UNKNOWN, payment_id: 'p-1' } } }),
    status: 404,
    says: /PAYMENT_NOT_FOUND/,
    logs: ['refused', { ...UNKNOWN, event_id: 'event-1', event_type: 'payment.authorized' }],
  },
  showPaymentAction: {
    request: () => ({ query: action }),
    status: 200,
    says: /2 × item1/,
    logs: ['answered', { order_id: WAITING.order_id }],
  },
  takePaymentAction: {
    request: () => ({ headers: FORM, body: new URLSearchParams({ ...action, decision: 'approve' }).toString() }),
    status: 200,
    says: /You approved the payment\. The shop could not be told/,
    logs: ['answered', { order_id: WAITING.order_id, decision: 'approve', reported: false }],
  },
  health: { status: 200, says: /UP/ },
  ready: { status: 200, says: /READY/ },
  redriveOrders: {
    request: () => ({ body: { order_ids: [UNKNOWN.order_id] } }),
    status: 202,
    says: /no record found/,
    logs: ['redriven', { redriven: 0, refused: 1, by: 'olaf' }],
  },
  abandonOrder: {
    request: () => ({ body: { order_id: PARKED.order_id, reason: 'lost' } }),
    status: 202,
    says: /"abandon_requested":true/,
    logs: ['given up', { order_id: PARKED.order_id, reason: 'lost', by: 'olaf' }],
  },
  refundOrder: {
    request: () => ({ body: { order_id: CONFIRMED.order_id, amount: 1, reason: 'late' } }),
    status: 202,
    says: /REQUESTED/,
    logs: ['refund accepted', { order_id: CONFIRMED.order_id, refund_id: TEXT, reason: 'late', by: 'olaf' }],
  },
  sagaHistory: {
    request: () => ({ query: { order_id: WAITING.order_id } }),
    status: 200,
    says: /"status":"NOT_FOUND"/,
    logs: ['answered', { order_id: WAITING.order_id }],
  },
  createWebhook: {
    request: () => ({ body: { url: 'https://1.1.1.1/orders' } }),
    status: 201,
    says: /whsec_/,
    logs: ['webhook made', { webhook_id: TEXT, by: 'olaf' }],
  },
  listWebhooks: { status: 200, says: new RegExp(WEBHOOK_ID) },
  deleteWebhook: {
    request: () => ({ id: REMOVED_ID }),
    status: 200,
    says: new RegExp(REMOVED_ID),
    logs: ['webhook removed', { webhook_id: REMOVED_ID, by: 'olaf' }],
  },
  renewWebhookSecret: {
    request: () => ({ body: { webhook_id: WEBHOOK_ID } }),
    status: 200,
    says: /whsec_/,
    logs: ['webhook got another secret', { webhook_id: WEBHOOK_ID, by: 'olaf' }],
  },
  webhookDeliveries: { request: () => ({ query: { webhook_id: WEBHOOK_ID } }), status: 200, says: /"deliveries":\[\]/ },
  replayWebhook: {
    request: () => ({ body: { webhook_id: WEBHOOK_ID, since: '2026-11-28T12:00:00Z' } }),
    status: 202,
    says: /"replayed":0/,
    logs: ['events replayed', { webhook_id: WEBHOOK_ID, replayed: 0, by: 'olaf' }],
  },
  openapiDocument: { status: 200, says: /"openapi":"3.1.0"/ },
  docs: { status: 200, says: /Orders API/ },
};

test('every call of the API is made once to its deployed handler', () => {
  expect(Object.keys(CALLS).toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

test.each(Object.keys(CALLS))('the deployed %s finds what it works with, and logs who did what', async (id) => {
  const { request, status, says, logs = ['answered', {}] } = CALLS[id] as Call;
  const { id: variable, ...sent } = request?.() ?? {};
  const event = httpEvent({ owner: 'olaf', role: 'operator', ...sent });
  const info = jest.spyOn(rootLogger(), 'info');
  try {
    const answer = await DEPLOYED_HANDLERS[id]?.({
      ...event,
      ...(variable !== undefined && { pathParameters: { id: variable } }),
    });
    expect({ status: answer?.statusCode, body: answer?.body }).toEqual({ status, body: expect.stringMatching(says) });
    const called = { request_id: 'request-1', traceparent: TEXT };
    expect(info.mock.calls).toContainEqual([logs[0], expect.objectContaining({ ...called, ...logs[1] })]);
    const outcome = { method: event.httpMethod, path: '/test', status, ms: expect.any(Number) };
    expect(info.mock.calls.at(-1)?.[1]).toMatchObject({ ...called, ...outcome });
  } finally {
    info.mockRestore();
  }
});
