import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { failedCondition, storeError, WITH_ROW_ON_FAILURE, withStoreErrors } from '../common/dynamodb-errors.ts';
import { RowConflict } from '../common/retry-on-conflict.ts';
import { type Payment, paymentRow } from './payment.ts';

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
  readonly intendCapture: (orderId: string, now: string, signal: AbortSignal) => Promise<Payment | undefined>;
  /**
   * Ids of orders whose voided payment is due for a recheck at `now` (milliseconds since the epoch). The index is
   * eventually consistent: read each payment before you act on it.
   */
  readonly dueForRecheck: (now: number, limit: number, signal: AbortSignal) => Promise<readonly string[]>;
}

/** The only partition of the index; few payments are voided while they are being authorized. */
export const RECHECK_BUCKET = 'all';

/**
 * The schema of the payments table, without its name: one row per order, and the ledger of the simulated provider under
 * `charge#<key>`. The index finds payments that are due for a recheck. It is sparse: only those rows have its attributes.
 */
export const paymentsTable: Omit<CreateTableCommandInput, 'TableName'> = {
  KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'order_id', AttributeType: 'S' },
    { AttributeName: 'recheck_bucket', AttributeType: 'S' },
    { AttributeName: 'recheck_at', AttributeType: 'N' },
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
  ],
  BillingMode: 'PAY_PER_REQUEST',
};

/** Payments in DynamoDB. */
export function createPaymentStore(documents: DynamoDBDocumentClient, table: string): PaymentStore {
  return {
    find: async (orderId, signal) => {
      const command = new GetCommand({ TableName: table, Key: { order_id: orderId }, ConsistentRead: true });
      const { Item: row } = await withStoreErrors(documents.send(command, { abortSignal: signal }));
      return row === undefined ? undefined : paymentRow.parse(row);
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
        return paymentRow.parse(failed.row);
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
    intendCapture: async (orderId, now, signal) => {
      const command = new UpdateCommand({
        TableName: table,
        Key: { order_id: orderId },
        UpdateExpression: 'SET intent = :capture, updated_at = :now ADD version :one',
        ConditionExpression: '#state = :authorized AND attribute_not_exists(intent)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':authorized': 'AUTHORIZED', ':capture': 'CAPTURE', ':now': now, ':one': 1 },
        ReturnValues: 'ALL_NEW',
        ...WITH_ROW_ON_FAILURE,
      });
      try {
        const { Attributes: row } = await documents.send(command, { abortSignal: signal });
        return paymentRow.parse(row);
      } catch (error) {
        const failed = failedCondition(error);
        if (failed === undefined) {
          throw storeError(error);
        }
        return failed.row === undefined ? undefined : paymentRow.parse(failed.row);
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
  };
}
