import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** Everything about a table but its name. */
export type TableSchema = Omit<CreateTableCommandInput, 'TableName'>;

/**
 * One row an item, with its counters. The index lists items by id; it holds keys only, and these never change, so
 * counters change without a write to it.
 */
export const itemsTable: TableSchema = {
  KeySchema: [{ AttributeName: 'item_id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'item_id', AttributeType: 'S' },
    { AttributeName: 'catalogue', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-item-id',
      KeySchema: [
        { AttributeName: 'catalogue', KeyType: 'HASH' },
        { AttributeName: 'item_id', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
};

/**
 * One row an order, and one row `restock#<request id>` a restock. The index finds holds that have run out; only rows
 * that hold stock have its attributes.
 */
export const reservationsTable: TableSchema = {
  KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'order_id', AttributeType: 'S' },
    { AttributeName: 'hold_bucket', AttributeType: 'S' },
    { AttributeName: 'expires_at', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'held-by-expiry',
      KeySchema: [
        { AttributeName: 'hold_bucket', KeyType: 'HASH' },
        { AttributeName: 'expires_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
};

/** The tables' names in one place of deployment. */
export interface InventoryTables {
  readonly items: string;
  readonly reservations: string;
}
