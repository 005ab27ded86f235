import { readFileSync } from 'node:fs';
import { readTableDescription, type TableDescription } from '../../embedded/dynamodb/tables.ts';
import { createDynamoDb } from '../../functions/clients/aws.ts';
import type { StatisticsTable } from '../../functions/orders/order-statistics.ts';
import type { OrderTable } from '../../functions/orders/order-table.ts';
import type { DeliveryTable } from '../../functions/webhooks/delivery-table.ts';
import type { WebhookTable } from '../../functions/webhooks/webhook-table.ts';
import { createTables, startDynamoDb, type TableDefinition } from './dynamodb.ts';
import { parseYaml } from './yaml.ts';

/** An orders table and the tables beside it, on a DynamoDB of their own. */
export interface TestOrderTable {
  readonly table: OrderTable;
  readonly statistics: StatisticsTable;
  readonly webhooks: WebhookTable;
  readonly deliveries: DeliveryTable;
  readonly close: () => Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Starts DynamoDB and creates the tables as serverless.yml describes them. */
export async function startOrderTable(): Promise<TestOrderTable> {
  const { endpoint, close } = await startDynamoDb();
  await createTables(endpoint, [
    definition('OrdersTable', 'orders-test'),
    definition('OrderStatisticsTable', 'order-statistics-test'),
    definition('WebhooksTable', 'webhooks-test'),
    definition('WebhookDeliveriesTable', 'webhook-deliveries-test'),
  ]);
  const client = createDynamoDb({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  return {
    table: { client, name: 'orders-test' },
    statistics: { client, name: 'order-statistics-test' },
    webhooks: { client, name: 'webhooks-test' },
    deliveries: { client, name: 'webhook-deliveries-test' },
    close: async () => {
      client.destroy();
      await close();
    },
  };
}

interface ServiceDescription {
  readonly resources: readonly (
    | string
    | { readonly Resources: Readonly<Record<string, { readonly Properties: unknown } | undefined>> }
  )[];
}

const { resources } = parseYaml<ServiceDescription>(
  readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'),
);

/** A table as serverless.yml describes it, for the embedded stack. */
export function describedTable(logicalId: string): TableDescription {
  const properties = resources.map((part) =>
    typeof part === 'string' ? undefined : part.Resources[logicalId]?.Properties,
  );
  return readTableDescription(
    logicalId,
    properties.find((found) => found !== undefined),
  );
}

/** The same for a test that needs keys and indexes alone. */
function definition(logicalId: string, TableName: string): TableDefinition {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = describedTable(logicalId);
  return { TableName, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode: 'PAY_PER_REQUEST' };
}
