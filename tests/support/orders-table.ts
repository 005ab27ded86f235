import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createDynamoDb } from '../../functions/clients/aws.ts';
import type { StatisticsTable } from '../../functions/orders/order-statistics.ts';
import type { OrderTable } from '../../functions/orders/order-table.ts';
import { createTables, startDynamoDb, type TableDefinition } from './dynamodb.ts';

/** An orders table and a table of order statistics, on a DynamoDB of their own. */
export interface TestOrderTable {
  readonly table: OrderTable;
  readonly statistics: StatisticsTable;
  readonly close: () => Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Starts DynamoDB and creates both tables as serverless.yml describes them. */
export async function startOrderTable(): Promise<TestOrderTable> {
  const { endpoint, close } = await startDynamoDb();
  await createTables(endpoint, [
    describedTable('OrdersTable', 'orders-test'),
    describedTable('OrderStatisticsTable', 'order-statistics-test'),
  ]);
  const client = createDynamoDb({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  return {
    table: { client, name: 'orders-test' },
    statistics: { client, name: 'order-statistics-test' },
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

function describedTable(logicalId: string, TableName: string): TableDefinition {
  const text = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const { resources }: ServiceDescription = parse(text, { logLevel: 'silent' });
  for (const part of resources) {
    const table = typeof part === 'string' ? undefined : part.Resources[logicalId];
    if (table !== undefined) {
      const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = table.Properties;
      return { TableName, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode: 'PAY_PER_REQUEST' };
    }
  }
  throw new Error(`serverless.yml describes no ${logicalId}`);
}
