import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createDynamoDb } from '../../functions/clients/aws.ts';
import type { OrderTable } from '../../functions/orders/order-table.ts';
import { createTables, startDynamoDb, type TableDefinition } from './dynamodb.ts';

/** An orders table on a DynamoDB of its own. */
export interface TestOrderTable {
  readonly table: OrderTable;
  readonly close: () => Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Starts DynamoDB and creates the orders table of serverless.yml. */
export async function startOrderTable(): Promise<TestOrderTable> {
  const { endpoint, close } = await startDynamoDb();
  const { TableName, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = describedTable();
  await createTables(endpoint, [
    { TableName, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode: 'PAY_PER_REQUEST' },
  ]);
  const client = createDynamoDb({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  return {
    table: { client, name: 'orders-test' },
    close: async () => {
      client.destroy();
      await close();
    },
  };
}

interface ServiceDescription {
  readonly resources: readonly (
    | string
    | { readonly Resources: { readonly OrdersTable: { readonly Properties: TableDefinition } } }
  )[];
}

function describedTable(): TableDefinition {
  const text = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const { resources }: ServiceDescription = parse(text, { logLevel: 'silent' });
  for (const part of resources) {
    if (typeof part !== 'string') {
      return { ...part.Resources.OrdersTable.Properties, TableName: 'orders-test' };
    }
  }
  throw new Error('serverless.yml describes no resources');
}
