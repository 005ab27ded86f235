import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ARRIVAL_VALUES, availableByShard, COUNT_ARRIVAL, type ItemStock } from './item.ts';
import { createRequestRecords } from './request-record.ts';
import { correctedTo, shardKey } from './shards.ts';
import type { TransactAction } from './stock-transaction.ts';
import type { InventoryTables } from './tables.ts';

const correctionRow = z.object({
  item_id: z.string(),
  available: z.int(),
  /** What was available right before. */
  previous_available: z.int(),
  reason: z.string(),
  corrected_by: z.string(),
  corrected_at: z.string(),
});

/** What a correction did, why, when and on whose word. Nothing deletes it. */
export type Correction = Readonly<z.output<typeof correctionRow>>;

/** Corrections, each recorded in the transaction that changes the item. */
export interface CorrectionStore {
  /** The correction of a request id; undefined when that request was not carried out yet. */
  readonly find: (requestId: string, signal: AbortSignal) => Promise<Correction | undefined>;
  /**
   * Sets what is available of an item, in all its rows, and changes `stocked` by the same amount.
   *
   * @param stock the item as it was read
   *
   * @throws RowConflict when what is available changed after the item was read, or the request was carried out
   */
  readonly apply: (requestId: string, correction: Correction, stock: ItemStock, signal: AbortSignal) => Promise<void>;
}

/** Corrections in DynamoDB, as rows of the reservations table. */
export function createCorrectionStore(documents: DynamoDBDocumentClient, tables: InventoryTables): CorrectionStore {
  const records = createRequestRecords(documents, tables.reservations, 'correction');
  return {
    find: async (requestId, signal) => {
      const row = await records.find(requestId, signal);
      return row === undefined ? undefined : correctionRow.parse(row);
    },
    apply: (requestId, correction, stock, signal) =>
      records.write(requestId, correction, setAvailable(tables.items, correction, stock), signal),
  };
}

/** Every row must have what was read, and there must be no further row: only then does the sum become what was asked for. */
function setAvailable(table: string, { item_id, available }: Correction, stock: ItemStock): TransactAction[] {
  const { item, rows } = stock;
  const shares = correctedTo(availableByShard(stock), available);
  const spread = item.shards === undefined ? 'attribute_not_exists(shards)' : 'shards = :shards';
  return rows.map(({ available: read }, shard) => {
    const share = shares[shard] ?? 0;
    return {
      Update: {
        TableName: table,
        Key: { item_id: shardKey(item_id, shard) },
        UpdateExpression: `SET available = :available, stocked = stocked + :change, ${COUNT_ARRIVAL}`,
        ConditionExpression: shard === 0 ? `available = :read AND ${spread}` : 'available = :read',
        ExpressionAttributeValues: {
          ':available': share,
          ':change': share - read,
          ':read': read,
          ...ARRIVAL_VALUES,
          ...(shard === 0 && item.shards !== undefined ? { ':shards': item.shards } : {}),
        },
      },
    };
  });
}
