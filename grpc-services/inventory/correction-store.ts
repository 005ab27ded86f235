import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Item } from './item.ts';
import { createRequestRecords, type TransactAction } from './request-record.ts';
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
   * Sets what is available of an item, and changes `stocked` by the same amount.
   *
   * @throws RowConflict when what is available changed after the item was read, or the request was carried out
   */
  readonly apply: (requestId: string, correction: Correction, signal: AbortSignal) => Promise<void>;
}

/** Corrections in DynamoDB, as rows of the reservations table. */
export function createCorrectionStore(documents: DynamoDBDocumentClient, tables: InventoryTables): CorrectionStore {
  const records = createRequestRecords(documents, tables.reservations, 'correction');
  return {
    find: async (requestId, signal) => {
      const row = await records.find(requestId, signal);
      return row === undefined ? undefined : correctionRow.parse(row);
    },
    apply: (requestId, correction, signal) =>
      records.write(requestId, correction, setAvailable(tables.items, correction), signal),
  };
}

function setAvailable(table: string, { item_id, available, previous_available }: Correction): TransactAction {
  return {
    Update: {
      TableName: table,
      Key: { item_id } satisfies Pick<Item, 'item_id'>,
      UpdateExpression: 'SET available = :available, stocked = stocked + :change',
      ConditionExpression: 'available = :read',
      ExpressionAttributeValues: {
        ':available': available,
        ':change': available - previous_available,
        ':read': previous_available,
      },
    },
  };
}
