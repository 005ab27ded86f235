import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { cancellationOf, type Row, storeError, withStoreErrors } from '../common/dynamodb-errors.ts';
import { RowConflict } from '../common/retry-on-conflict.ts';

/** One write of a transaction. */
export type TransactAction = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

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
      try {
        await documents.send(new TransactWriteCommand({ TransactItems: [put, ...stock] }), { abortSignal: signal });
      } catch (error) {
        const cancellation = cancellationOf(error);
        if (cancellation === undefined) {
          throw storeError(error);
        }
        if (cancellation.failedConditions.every((failed) => failed === undefined)) {
          throw cancellation.otherCause();
        }
        throw new RowConflict('the request or the item changed after it was read', { cause: error });
      }
    },
  };
}
