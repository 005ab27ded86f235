import * as z from 'zod';
import { abandonOrderOperation } from './abandon-order.ts';
import { cancelOrderOperation } from './cancel-order.ts';
import { correctOperation, restockOperation } from './correct-stock.ts';
import { listOrdersOperation } from './list-orders.ts';
import { listStocksOperation } from './list-stocks.ts';
import type { Operation } from './operation.ts';
import { orderStatusOperation } from './order-status.ts';
import { orderSummaryOperation } from './order-summary.ts';
import { payOperation } from './pay.ts';
import { showPaymentActionOperation, takePaymentActionOperation } from './payment-action.ts';
import { paymentEventsOperation } from './payment-events.ts';
import { placeOrderOperation } from './place-order.ts';
import { redriveOrdersOperation } from './redrive-orders.ts';
import { refundOrderOperation } from './refund-order.ts';
import { sagaHistoryOperation } from './saga-history.ts';
import { stockReportOperation } from './stock-report.ts';
import {
  createWebhookOperation,
  deleteWebhookOperation,
  listWebhooksOperation,
  renewSecretOperation,
  replayWebhookOperation,
  webhookDeliveriesOperation,
} from './webhooks.ts';

const healthOperation: Operation = {
  id: 'health',
  tag: 'API',
  method: 'get',
  paths: ['/health'],
  open: true,
  summary: 'Whether the API is up',
  description: 'Answers as long as the API itself runs; it asks no other service.',
  success: { status: 200, data: z.object({ state: z.literal('UP') }), example: { state: 'UP' } },
  errors: [],
};

const readyOperation: Operation = {
  id: 'ready',
  tag: 'API',
  method: 'get',
  paths: ['/health/ready'],
  open: true,
  summary: 'Whether the API can work',
  description:
    'Asks everything that the API needs: the order store, the order sagas, the inventory and the payments. Requests within ' +
    'a second share one answer.',
  success: { status: 200, data: z.object({ state: z.literal('READY') }), example: { state: 'READY' } },
  errors: ['NOT_READY'],
};

const openapiDocumentOperation: Operation = {
  id: 'openapiDocument',
  tag: 'API',
  method: 'get',
  paths: ['/openapi.json'],
  open: true,
  summary: 'This document',
  description: 'The OpenAPI 3.1 document of the API.',
  success: { status: 200, mediaType: 'application/json' },
  errors: [],
};

const docsOperation: Operation = {
  id: 'docs',
  tag: 'API',
  method: 'get',
  paths: ['/docs'],
  open: true,
  summary: 'This document, to read',
  description: 'The documentation of the API as a page.',
  success: { status: 200, mediaType: 'text/html' },
  errors: [],
};

/** Every call of the API, in the sequence of its documentation. */
export const OPERATIONS: readonly Operation[] = [
  listStocksOperation,
  placeOrderOperation,
  orderStatusOperation,
  listOrdersOperation,
  cancelOrderOperation,
  payOperation,
  paymentEventsOperation,
  showPaymentActionOperation,
  takePaymentActionOperation,
  orderSummaryOperation,
  redriveOrdersOperation,
  abandonOrderOperation,
  refundOrderOperation,
  sagaHistoryOperation,
  stockReportOperation,
  restockOperation,
  correctOperation,
  createWebhookOperation,
  listWebhooksOperation,
  deleteWebhookOperation,
  renewSecretOperation,
  webhookDeliveriesOperation,
  replayWebhookOperation,
  healthOperation,
  readyOperation,
  openapiDocumentOperation,
  docsOperation,
];
