import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createDynamoDb } from '../../functions/clients/aws.ts';
import type { StatisticsTable } from '../../functions/orders/order-statistics.ts';
import type { OrderTable } from '../../functions/orders/order-table.ts';
import { createTables, startDynamoDb, type TableDefinition } from './dynamodb.ts';

/** An orders table on a DynamoDB of its own. */
export interface TestOrderTable {
  readonly table: OrderTable;
  readonly close: () => Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Starts DynamoDB and creates the orders table of serverless.yml. */
export function startOrderTable(): Promise<TestOrderTable> {
  return startTable('OrdersTable', 'orders-test');
}

/** A table of order statistics on a DynamoDB of its own. */
export interface TestStatisticsTable {
  readonly table: StatisticsTable;
  readonly close: () => Promise<void>;
}

/** Starts DynamoDB and creates the table of order statistics of serverless.yml. */
export function startStatisticsTable(): Promise<TestStatisticsTable> {
  return startTable('OrderStatisticsTable', 'order-statistics-test');
}

async function startTable(logicalId: string, name: string) {
  const { endpoint, close } = await startDynamoDb();
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = describedTable(logicalId);
  await createTables(endpoint, [
    { TableName: name, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode: 'PAY_PER_REQUEST' },
  ]);
  const client = createDynamoDb({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  return {
    table: { client, name },
    close: async () => {
      client.destroy();
      await close();
    },
  };
}

interface ServiceDescription {
  readonly resources: readonly (
    | string
    | { readonly Resources: Readonly<Record<string, { readonly Properties: TableDefinition } | undefined>> }
  )[];
}

/** Describes a table as serverless.yml does. */
function describedTable(logicalId: string): TableDefinition {
  const text = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const { resources }: ServiceDescription = parse(text, { logLevel: 'silent' });
  for (const part of resources) {
    const table = typeof part === 'string' ? undefined : part.Resources[logicalId];
    if (table !== undefined) {
      return table.Properties;
    }
  }
  throw new Error(`serverless.yml describes no ${logicalId}`);
}
