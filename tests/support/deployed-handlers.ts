import { afterAll, beforeAll } from '@jest/globals';
import { apiKeyEntry, hashOfApiKey, newApiKey } from '../../functions/access/api-keys.ts';
import { signEvent } from '../../functions/common/event-signature.ts';
import { handler as abandon } from '../../functions/http/abandon-order.ts';
import { handler as cancel } from '../../functions/http/cancel-order.ts';
import { handler as correct } from '../../functions/http/correct-item.ts';
import { handler as createWebhook } from '../../functions/http/create-webhook.ts';
import { handler as deleteWebhook } from '../../functions/http/delete-webhook.ts';
import { handler as docs } from '../../functions/http/docs.ts';
import type { Endpoint } from '../../functions/http/endpoint.ts';
import { handler as health } from '../../functions/http/health.ts';
import { handler as listOrders } from '../../functions/http/list-orders.ts';
import { handler as stocks } from '../../functions/http/list-stocks.ts';
import { handler as listWebhooks } from '../../functions/http/list-webhooks.ts';
import { handler as openapi } from '../../functions/http/openapi-document.ts';
import { handler as status } from '../../functions/http/order-status.ts';
import { handler as summary } from '../../functions/http/order-summary.ts';
import { handler as pay } from '../../functions/http/pay.ts';
import { handler as paymentEvents } from '../../functions/http/payment-events.ts';
import { handler as place } from '../../functions/http/place-order.ts';
import { handler as ready } from '../../functions/http/ready.ts';
import { handler as redrive } from '../../functions/http/redrive-orders.ts';
import { handler as refund } from '../../functions/http/refund-order.ts';
import { handler as renewWebhookSecret } from '../../functions/http/renew-webhook-secret.ts';
import { handler as replayWebhook } from '../../functions/http/replay-webhook.ts';
import { handler as restock } from '../../functions/http/restock-item.ts';
import { handler as sagaHistory } from '../../functions/http/saga-history.ts';
import { handler as showPaymentAction } from '../../functions/http/show-payment-action.ts';
import { handler as stockReport } from '../../functions/http/stock-report.ts';
import { handler as takePaymentAction } from '../../functions/http/take-payment-action.ts';
import { handler as webhookDeliveries } from '../../functions/http/webhook-deliveries.ts';
import { itemInStock, startInventory, type TestInventory } from './inventory.ts';
import { startOrderTable, type TestOrderTable } from './orders-table.ts';
import { startPayment, type TestPayment } from './payment.ts';
import { type StepFunctionsRecorder, startStepFunctionsRecorder } from './step-functions-recorder.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Signs any body, so that it is read. */
const signedPaymentEvents: Endpoint = (event) => {
  const body = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  return paymentEvents({
    ...event,
    headers: { ...event.headers, ...signEvent([SECRET], 'event-1', new Date(), body) },
  });
};

/** The handlers as they are deployed, by the ids of their operations. */
export const DEPLOYED_HANDLERS: Readonly<Record<string, Endpoint>> = {
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

/** What the handlers work with. */
export interface DeployedParts {
  readonly orders: TestOrderTable;
  readonly saga: StepFunctionsRecorder;
  readonly inventory: TestInventory;
  readonly payment: TestPayment;
}

const LONG = 120_000;

/** Starts a real database, real services and a recorder in place of Step Functions, and tells the handlers where they are. */
export function withDeployedParts(): { readonly parts: () => DeployedParts } {
  let started: DeployedParts | undefined;
  beforeAll(async () => {
    const [orders, saga, inventory, payment] = await Promise.all([
      startOrderTable(),
      startStepFunctionsRecorder(),
      startInventory({ catalogue: [itemInStock('item1', 5)] }),
      startPayment(),
    ]);
    started = { orders, saga, inventory, payment };
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
  afterAll(() =>
    Promise.all([started?.orders, started?.saga, started?.inventory, started?.payment].map((part) => part?.close())),
  );
  return {
    parts: () => {
      if (started === undefined) {
        throw new Error('the parts are there within tests only');
      }
      return started;
    },
  };
}

interface Configured {
  readonly config: { readonly endpoint?: () => Promise<{ readonly hostname: string; readonly port?: number }> };
}

async function endpointOf({ config }: Configured): Promise<string> {
  const endpoint = await config.endpoint?.();
  return `http://${endpoint?.hostname}:${endpoint?.port}`;
}
