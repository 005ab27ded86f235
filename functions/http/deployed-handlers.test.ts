import { beforeAll, expect, test } from '@jest/globals';
import { DEPLOYED_HANDLERS, withDeployedParts } from '../../tests/support/deployed-handlers.ts';
import { httpEvent, type TestRequest } from '../../tests/support/http-event.ts';
import { awaitingOrder, testOrder } from '../../tests/support/order.ts';
import { executionsAreLost } from '../../tests/support/step-functions-recorder.ts';
import { addOrder } from '../orders/order-writes.ts';
import { OPERATIONS } from './contract/operations.ts';

// Each handler as it is deployed, with what it makes for itself from the environment's variables.

const deployed = withDeployedParts();
const UNKNOWN = testOrder().order_id;
const WAITING = awaitingOrder({ payment_method: 'tok_3ds' });
const WEBHOOK_ID = 'wh_6f1c2a9be04d7358';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

let action: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  const { orders, saga, payment } = deployed.parts();
  saga.reply = executionsAreLost;
  await addOrder(orders.table, WAITING);
  const { actionUrl } = await payment.authorize(WAITING.order_id, { paymentId: WAITING.order_id, method: 'tok_3ds' });
  action = Object.fromEntries(new URLSearchParams(actionUrl.split('?')[1]));
});

interface Call {
  readonly request?: () => TestRequest & { readonly id?: string };
  readonly status: number;
  /** What only the parts behind the handler can have made of the answer. */
  readonly says: RegExp;
}

const orderId = { order_id: UNKNOWN };
const change = { id: 'item1', count: 4, reason: 'counted' };

const CALLS: Readonly<Record<string, Call>> = {
  listStocks: { status: 200, says: /name of item1/ },
  stockReport: { status: 200, says: /name of item1/ },
  restockItem: { request: () => ({ body: change }), status: 200, says: /"available":\d/ },
  correctItem: { request: () => ({ body: change }), status: 200, says: /"available":4/ },
  placeOrder: {
    request: () => ({ body: { list: [{ id: 'item1', count: 1 }], payment: { method: 'tok_visa' } } }),
    status: 202,
    says: /PENDING/,
  },
  orderStatus: { request: () => ({ query: { order_id: WAITING.order_id } }), status: 200, says: /AWAITING_PAYMENT/ },
  listOrders: { status: 200, says: new RegExp(WAITING.order_id) },
  orderSummary: { status: 200, says: /"NEEDS_ATTENTION":0/ },
  cancelOrder: { request: () => ({ body: orderId }), status: 404, says: /ORDER_NOT_FOUND/ },
  pay: { request: () => ({ body: { list: [{ id: 'p-1', ...orderId }] } }), status: 404, says: /ORDER_NOT_FOUND/ },
  paymentEvents: {
    request: () => ({ body: { type: 'payment.authorized', data: { ...orderId, payment_id: 'p-1' } } }),
    status: 404,
    says: /PAYMENT_NOT_FOUND/,
  },
  showPaymentAction: { request: () => ({ query: action }), status: 200, says: /2 × item1.*value="approve"/s },
  takePaymentAction: {
    request: () => ({ headers: FORM, body: new URLSearchParams({ ...action, decision: 'approve' }).toString() }),
    status: 200,
    says: /You approved the payment\. The shop could not be told/,
  },
  health: { status: 200, says: /UP/ },
  ready: { status: 200, says: /READY/ },
  redriveOrders: { request: () => ({ body: { order_ids: [UNKNOWN] } }), status: 202, says: /no record found/ },
  abandonOrder: { request: () => ({ body: { ...orderId, reason: 'x' } }), status: 404, says: /ORDER_NOT_FOUND/ },
  refundOrder: { request: () => ({ body: { ...orderId, reason: 'x' } }), status: 404, says: /ORDER_NOT_FOUND/ },
  sagaHistory: {
    request: () => ({ query: { order_id: WAITING.order_id } }),
    status: 200,
    says: /"status":"NOT_FOUND"/,
  },
  createWebhook: { request: () => ({ body: { url: 'https://1.1.1.1/orders' } }), status: 201, says: /whsec_/ },
  listWebhooks: { status: 200, says: /"webhooks":\[/ },
  deleteWebhook: { request: () => ({ id: WEBHOOK_ID }), status: 404, says: /WEBHOOK_NOT_FOUND/ },
  renewWebhookSecret: {
    request: () => ({ body: { webhook_id: WEBHOOK_ID } }),
    status: 404,
    says: /WEBHOOK_NOT_FOUND/,
  },
  webhookDeliveries: {
    request: () => ({ query: { webhook_id: WEBHOOK_ID } }),
    status: 404,
    says: /WEBHOOK_NOT_FOUND/,
  },
  replayWebhook: {
    request: () => ({ body: { webhook_id: WEBHOOK_ID, since: '2026-11-28T12:00:00Z' } }),
    status: 404,
    says: /WEBHOOK_NOT_FOUND/,
  },
  openapiDocument: { status: 200, says: /"openapi":"3.1.0"/ },
  docs: { status: 200, says: /Orders API/ },
};

test('every call of the API is made once to its deployed handler', () => {
  expect(Object.keys(CALLS).toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

test.each(Object.keys(CALLS))('the deployed handler of %s finds what it works with', async (id) => {
  const { request = () => ({}), status, says } = CALLS[id] as Call;
  const { id: variable, ...sent } = request();
  const event = httpEvent({ owner: 'olaf', role: 'operator', ...sent });
  const answer = await DEPLOYED_HANDLERS[id]?.({
    ...event,
    ...(variable !== undefined && { pathParameters: { id: variable } }),
  });
  expect({ status: answer?.statusCode, body: answer?.body }).toEqual({ status, body: expect.stringMatching(says) });
});
