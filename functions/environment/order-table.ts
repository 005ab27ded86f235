import { createDynamoDb } from '../clients/dynamodb.ts';
import { readConfiguration } from '../common/configuration.ts';
import { once } from '../common/once.ts';
import type { OrderTable } from '../orders/order-table.ts';

/** The process's access to the orders table. */
export const orderTable = once(
  (): OrderTable => ({ name: readConfiguration(['ORDERS_TABLE']).ORDERS_TABLE, client: createDynamoDb() }),
);
