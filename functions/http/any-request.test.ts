import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import { anyEventOf } from '../../tests/support/any-event.ts';
import { httpEvent } from '../../tests/support/http-event.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { startOrderTable, type TestOrderTable } from '../../tests/support/orders-table.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { type StepFunctionsRecorder, startStepFunctionsRecorder } from '../../tests/support/step-functions-recorder.ts';
import { apiKeyEntry, hashOfApiKey, newApiKey } from '../access/api-keys.ts';
import { signEvent } from '../common/event-signature.ts';
import { handler as abandon } from './abandon-order.ts';
import { handler as cancel } from './cancel-order.ts';
import { OPERATIONS } from './contract/operations.ts';
import { handler as correct } from './correct-item.ts';
import { handler as createWebhook } from './create-webhook.ts';
import { handler as deleteWebhook } from './delete-webhook.ts';
import { handler as docs } from './docs.ts';
import type { Endpoint } from './endpoint.ts';
import { handler as health } from './health.ts';
import { handler as listOrders } from './list-orders.ts';
import { handler as stocks } from './list-stocks.ts';
import { handler as listWebhooks } from './list-webhooks.ts';
import { handler as openapi } from './openapi-document.ts';
import { handler as status } from './order-status.ts';
import { handler as summary } from './order-summary.ts';
import { handler as pay } from './pay.ts';
import { handler as paymentEvents } from './payment-events.ts';
import { handler as place } from './place-order.ts';
import { handler as ready } from './ready.ts';
import { handler as redrive } from './redrive-orders.ts';
import { handler as refund } from './refund-order.ts';
import { handler as renewWebhookSecret } from './renew-webhook-secret.ts';
import { handler as replayWebhook } from './replay-webhook.ts';
import { handler as restock } from './restock-item.ts';
import { handler as sagaHistory } from './saga-history.ts';
import { handler as showPaymentAction } from './show-payment-action.ts';
import { handler as stockReport } from './stock-report.ts';
import { handler as takePaymentAction } from './take-payment-action.ts';
import { handler as webhookDeliveries } from './webhook-deliveries.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Signs any body, so that it is read. */
const signedPaymentEvents: Endpoint = (event) => {
  const body = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  return paymentEvents({
    ...event,
    headers: { ...event.headers, ...signEvent([SECRET], 'event-1', new Date(), body) },
  });
};

// The handlers as they are deployed, with real services and a real database. No request may cause a fault of our own.
const HANDLERS: Readonly<Record<string, Endpoint>> = {
  listStocks: stocks,
  stockReport,
  restockItem: restock,
  correctItem: correct,
  placeOrder: place,
  orderStatus: status,
  listOrders,
  orderSummary: summary,
  cancelOrder: cancel,
  pay,
  paymentEvents: signedPaymentEvents,
  showPaymentAction,
  takePaymentAction,
  health,
  ready,
  redriveOrders: redrive,
  abandonOrder: abandon,
  refundOrder: refund,
  sagaHistory,
  createWebhook,
  listWebhooks,
  deleteWebhook,
  renewWebhookSecret,
  webhookDeliveries,
  replayWebhook,
  openapiDocument: openapi,
  docs,
};
const STACK_TRACE = /\\n +at |node_modules|\.ts:\d+/;
const LONG = 120_000;

let orders: TestOrderTable;
let saga: StepFunctionsRecorder;
let inventory: TestInventory;
let payment: TestPayment;

beforeAll(async () => {
  [orders, saga, inventory, payment] = await Promise.all([
    startOrderTable(),
    startStepFunctionsRecorder(),
    startInventory({ catalogue: [itemInStock('item1', 5)] }),
    startPayment(),
  ]);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: await endpointOf(orders.table.client),
    AWS_ENDPOINT_URL_SFN: await endpointOf(saga.client),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ORDERS_TABLE: orders.table.name,
    ORDER_STATISTICS_TABLE: orders.statistics.name,
    WEBHOOKS_TABLE: orders.webhooks.name,
    WEBHOOK_DELIVERIES_TABLE: orders.deliveries.name,
    WEBHOOK_DELIVERY_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:webhook-delivery',
    ORDER_SAGA_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga',
    REFUND_SAGA_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:refund-saga',
    INVENTORY_GRPC_URL: `127.0.0.1:${inventory.port}`,
    PAYMENT_GRPC_URL: `127.0.0.1:${payment.port}`,
    PAYMENT_EVENT_SECRET: SECRET,
    SIMULATED_PROVIDER_EVENTS_URL: 'http://127.0.0.1:9/payment/events',
    AUTH_MODE: 'api-key',
    API_KEYS: apiKeyEntry({ name: 'ann', hash: hashOfApiKey(newApiKey()) }),
  });
}, LONG);
afterAll(() => Promise.all([orders.close(), saga.close(), inventory.close(), payment.close()]));

test('every operation of the API is tested with arbitrary requests', () => {
  expect(Object.keys(HANDLERS).toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

/** Addresses, classes and products of the inside. What a caller sent may be repeated, and never looks like one. */
const INSIDE =
  /\d+\.\d+\.\d+\.\d+|localhost|remote_addr|grpc|[a-z](Error|Exception)\b|DEADLINE|arn:|Step Functions|dynamo/i;

test.each(OPERATIONS)(
  '$id asks for a caller whom the authorizer has named, unless it is open or signed',
  async ({ id, open = false, signed = false }) => {
    for (const authorizer of [undefined, null, {}, { role: 'operator' }, { owner: '', role: 'operator' }]) {
      const event = {
        ...httpEvent(),
        requestContext: { requestId: 'r', authorizer },
      } as unknown as APIGatewayProxyEvent;
      const answered = await HANDLERS[id]?.(event);
      expect([id, answered?.statusCode === 401 && JSON.parse(answered.body).meta.code]).toEqual([
        id,
        open || signed ? false : 'UNAUTHENTICATED',
      ]);
    }
  },
);

describe.each(OPERATIONS.map(({ id }) => id))('%s', (id) => {
  test(
    'accepts or refuses any request, without an internal error and without a stack trace',
    async () => {
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(anyEventOf(id), async (event) => {
          const answered = await HANDLERS[id]?.(event);
          if (answered === undefined) {
            throw new Error(`${id} has no handler`);
          }
          seen.add(answered.statusCode);
          expect([200, 201, 202, 400, 401, 402, 403, 404, 409, 413, 415]).toContain(answered.statusCode);
          expect(answered.body).not.toMatch(STACK_TRACE);
          // A person's page has no envelope.
          if (answered.statusCode < 400 || String(answered.headers?.['Content-Type']).startsWith('text/html')) {
            return;
          }
          const refusal = JSON.parse(answered.body);
          expect(refusal).toMatchObject({
            success: false,
            meta: { code: expect.any(String) },
            data: expect.any(String),
          });
          expect(refusal.data).not.toMatch(INSIDE);
        }),
        { numRuns: 300 },
      );
      // Otherwise no request got past validation.
      const reached = [200, 201, 202, 404, 409].filter((code) => seen.has(code));
      expect([id, reached]).not.toEqual([id, []]);
    },
    LONG,
  );
});

interface Configured {
  readonly config: { readonly endpoint?: () => Promise<{ readonly hostname: string; readonly port?: number }> };
}

async function endpointOf({ config }: Configured): Promise<string> {
  const endpoint = await config.endpoint?.();
  return `http://${endpoint?.hostname}:${endpoint?.port}`;
}
