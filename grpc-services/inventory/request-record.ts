import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Row, withStoreErrors } from '../common/dynamodb-errors.ts';
import { type TransactAction, writeTransaction } from './stock-transaction.ts';

/**
 * The records of one kind of request that changes the stock of an item without an order. The transaction that changes the
 * stock also writes the record, so each request id changes it once.
 */
export interface RequestRecords {
  /** The record of a request id; undefined when that request was not carried out yet. */
  readonly find: (requestId: string, signal: AbortSignal) => Promise<Row | undefined>;
  /**
   * Changes the stock and writes the record, or does neither.
   *
   * @throws RowConflict when the request was carried out, or a condition of the stock's changes does not hold
   */
  readonly write: (
    requestId: string,
    record: Row,
    stock: readonly TransactAction[],
    signal: AbortSignal,
  ) => Promise<void>;
}

/** Records in DynamoDB, as rows `<kind>#<request id>` of the reservations table. An order id has no `#`. */
export function createRequestRecords(
  documents: DynamoDBDocumentClient,
  table: string,
  kind: 'restock' | 'correction',
): RequestRecords {
  const rowKey = (requestId: string): string => `${kind}#${requestId}`;
  return {
    find: async (requestId, signal) => {
      const Key = { order_id: rowKey(requestId) };
      const command = new GetCommand({ TableName: table, Key, ConsistentRead: true });
      return (await withStoreErrors(documents.send(command, { abortSignal: signal }))).Item;
    },
    write: async (requestId, record, stock, signal) => {
      const Item = { ...record, order_id: rowKey(requestId) };
      const put = { Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(order_id)' } };
      await writeTransaction(documents, [put, ...stock], 'the request or the item changed after it was read', signal);
    },
  };
}
