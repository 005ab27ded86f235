import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type BucketedIndex, type IndexPage, type IndexQuery, pageOfIndex } from '../common/bucketed-index.ts';
import {
  failedCondition,
  storeError,
  storeUnavailable,
  WITH_ROW_ON_FAILURE,
  withStoreErrors,
} from '../common/dynamodb-errors.ts';
import { RowConflict } from '../common/retry-on-conflict.ts';
import { type Payment, RECHECK_BUCKET, RECONCILE_BUCKETS, readPayment } from './payment.ts';

/** Where payments are kept. */
export interface PaymentStore {
  /** The payment of an order, strongly consistent. */
  readonly find: (orderId: string, signal: AbortSignal) => Promise<Payment | undefined>;
  /** Writes the first payment of an order. If the order has one, writes nothing and returns the existing payment. */
  readonly saveFirst: (first: Payment, signal: AbortSignal) => Promise<Payment | undefined>;
  /**
   * Writes the next version of a payment.
   *
   * @throws RowConflict when the payment changed after it was read
   */
  readonly save: (previous: Payment, next: Payment, signal: AbortSignal) => Promise<void>;
  /**
   * Writes the intent to capture, if the payment is authorized and has no other intent. Returns the payment as it then is,
   * with or without the intent; undefined if the order has no payment. It spares Capture a read.
   */
  readonly intendCapture: (orderId: string, signal: AbortSignal) => Promise<Payment | undefined>;
  /**
   * Ids of orders whose payment is due for a recheck at `now` (milliseconds since the epoch). The index is eventually
   * consistent: read each payment before you act on it.
   */
  readonly dueForRecheck: (now: number, limit: number, signal: AbortSignal) => Promise<readonly string[]>;
  /** A page of the orders whose payment is to be reconciled, the longest wait first. */
  readonly toReconcile: (query: IndexQuery, signal: AbortSignal) => Promise<IndexPage>;
  /** The payments of up to 100 orders, strongly consistent and in the same order; those that do not exist are left out. */
  readonly findAll: (orderIds: readonly string[], signal: AbortSignal) => Promise<readonly Payment[]>;
}

/**
 * The schema of the payments table, without its name: one row per order, and the ledger of the simulated provider under
 * `charge#<key>`. Both indexes are sparse: only the rows that they are for have their attributes.
 */
export const paymentsTable: Omit<CreateTableCommandInput, 'TableName'> = {
  KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'order_id', AttributeType: 'S' },
    { AttributeName: 'recheck_bucket', AttributeType: 'S' },
    { AttributeName: 'recheck_at', AttributeType: 'N' },
    { AttributeName: 'reconcile_bucket', AttributeType: 'S' },
    { AttributeName: 'reconcile_at', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due-for-recheck',
      KeySchema: [
        { AttributeName: 'recheck_bucket', KeyType: 'HASH' },
        { AttributeName: 'recheck_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: 'to-reconcile',
      KeySchema: [
        { AttributeName: 'reconcile_bucket', KeyType: 'HASH' },
        { AttributeName: 'reconcile_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
};

/** Payments in DynamoDB. */
export function createPaymentStore(documents: DynamoDBDocumentClient, table: string): PaymentStore {
  const reconcileIndex: BucketedIndex = {
    table,
    name: 'to-reconcile',
    bucketAttribute: 'reconcile_bucket',
    timeAttribute: 'reconcile_at',
    buckets: RECONCILE_BUCKETS,
  };
  return {
    find: async (orderId, signal) => {
      const command = new GetCommand({ TableName: table, Key: { order_id: orderId }, ConsistentRead: true });
      const { Item: row } = await withStoreErrors(documents.send(command, { abortSignal: signal }));
      return row === undefined ? undefined : readPayment(row);
    },
    saveFirst: async (first, signal) => {
      const ConditionExpression = 'attribute_not_exists(order_id)';
      const command = new PutCommand({ TableName: table, Item: first, ConditionExpression, ...WITH_ROW_ON_FAILURE });
      try {
        await documents.send(command, { abortSignal: signal });
        return undefined;
      } catch (error) {
        const failed = failedCondition(error);
        if (failed === undefined) {
          throw storeError(error);
        }
        return readPayment(failed.row);
      }
    },
    save: async (previous, next, signal) => {
      const command = new PutCommand({
        TableName: table,
        Item: next,
        ConditionExpression: 'version = :read',
        ExpressionAttributeValues: { ':read': previous.version },
      });
      try {
        await documents.send(command, { abortSignal: signal });
      } catch (error) {
        if (failedCondition(error) === undefined) {
          throw storeError(error);
        }
        throw new RowConflict('the payment changed after it was read', { cause: error });
      }
    },
    intendCapture: async (orderId, signal) => {
      const command = new UpdateCommand({
        TableName: table,
        Key: { order_id: orderId },
        UpdateExpression: 'SET intent = :capture ADD version :one',
        ConditionExpression: '#state = :authorized AND attribute_not_exists(intent)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':authorized': 'AUTHORIZED', ':capture': 'CAPTURE', ':one': 1 },
        ReturnValues: 'ALL_NEW',
        ...WITH_ROW_ON_FAILURE,
      });
      try {
        const { Attributes: row } = await documents.send(command, { abortSignal: signal });
        return readPayment(row);
      } catch (error) {
        const failed = failedCondition(error);
        if (failed === undefined) {
          throw storeError(error);
        }
        return failed.row === undefined ? undefined : readPayment(failed.row);
      }
    },
    dueForRecheck: async (now, limit, signal) => {
      const command = new QueryCommand({
        TableName: table,
        IndexName: 'due-for-recheck',
        KeyConditionExpression: 'recheck_bucket = :bucket AND recheck_at <= :now',
        ExpressionAttributeValues: { ':bucket': RECHECK_BUCKET, ':now': now },
        Limit: limit,
      });
      const { Items: keys = [] } = await withStoreErrors(documents.send(command, { abortSignal: signal }));
      return keys.map((key) => String(key.order_id));
    },
    toReconcile: (query, signal) => pageOfIndex(documents, reconcileIndex, query, signal),
    findAll: async (orderIds, signal) => {
      if (orderIds.length === 0) {
        return [];
      }
      const Keys = orderIds.map((order_id) => ({ order_id }));
      const command = new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
      const answer = await withStoreErrors(documents.send(command, { abortSignal: signal }));
      const unread = answer.UnprocessedKeys?.[table]?.Keys?.length ?? 0;
      if (unread > 0) {
        throw storeUnavailable(new Error(`${unread} of ${orderIds.length} payments were left unread`));
      }
      const payments = new Map((answer.Responses?.[table] ?? []).map((row) => [row.order_id, readPayment(row)]));
      return orderIds.flatMap((orderId) => payments.get(orderId) ?? []);
    },
  };
}
