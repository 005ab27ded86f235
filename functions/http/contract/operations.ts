import { cancelOrderOperation } from './cancel-order.ts';
import { listStocksOperation } from './list-stocks.ts';
import type { Operation } from './operation.ts';
import { orderStatusOperation } from './order-status.ts';
import { payOperation } from './pay.ts';
import { placeOrderOperation } from './place-order.ts';
import { docsOperation, healthOperation, openapiDocumentOperation } from './service.ts';

/** Every call of the API, in the order in which one reads about them. */
export const OPERATIONS: readonly Operation[] = [
  listStocksOperation,
  placeOrderOperation,
  orderStatusOperation,
  cancelOrderOperation,
  payOperation,
  healthOperation,
  openapiDocumentOperation,
  docsOperation,
];
