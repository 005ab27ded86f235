import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** The schema of a table, without its name. */
export type TableSchema = Omit<CreateTableCommandInput, 'TableName'>;

/**
 * One row per item, with its counters. The index lists items by id. It projects only keys, which never change, so a change
 * of a counter costs no write to the index.
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
 * One row per order, and one row `restock#<request id>` or `correction#<request id>` per restock or correction. The index
 * lists holds by their end. It is sparse: only rows that hold stock have its attributes.
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

/** The names of the tables in one deployment. */
export interface InventoryTables {
  readonly items: string;
  readonly reservations: string;
}
