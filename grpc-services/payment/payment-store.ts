import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { failedCondition, WITH_ROW_ON_FAILURE } from '../common/failed-condition.ts';
import { RowConflict } from '../common/retry-on-conflict.ts';
import { storeFailure } from '../common/store-failure.ts';
import { type Payment, paymentRow } from './payment.ts';

/** Where payments are kept. */
export interface PaymentStore {
  /** The payment of an order as it is now. */
  readonly find: (orderId: string, signal: AbortSignal) => Promise<Payment | undefined>;
  /** Writes the first payment of an order. Where there is one already it writes nothing and answers that one. */
  readonly saveFirst: (first: Payment, signal: AbortSignal) => Promise<Payment | undefined>;
  /**
   * Writes the next version of the payment that was read.
   *
   * @throws RowConflict when the payment is no longer the one that was read
   */
  readonly save: (previous: Payment, next: Payment, signal: AbortSignal) => Promise<void>;
  /**
   * Writes the intent to capture over an authorized payment that has no other, and answers the payment as it is after
   * that: where it could not be written, with what stood in the way. Undefined where there is no payment.
   */
  readonly intendCapture: (orderId: string, now: string, signal: AbortSignal) => Promise<Payment | undefined>;
  /** Orders of voided payments whose charge is to be looked at once more by `now`; the index may lag behind. */
  readonly dueForRecheck: (now: number, limit: number, signal: AbortSignal) => Promise<readonly string[]>;
}

/** The one partition of the index: payments voided in mid-authorization are few. */
export const RECHECK_BUCKET = 'all';

/** Payments in DynamoDB. */
export function dynamoDbPaymentStore(documents: DynamoDBDocumentClient, table: string): PaymentStore {
  return {
    find: async (orderId, signal) => {
      const command = new GetCommand({ TableName: table, Key: { order_id: orderId }, ConsistentRead: true });
      try {
        const { Item: row } = await documents.send(command, { abortSignal: signal });
        return row === undefined ? undefined : paymentRow.parse(row);
      } catch (error) {
        throw storeFailure(error);
      }
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
          throw storeFailure(error);
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
          throw storeFailure(error);
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
          throw storeFailure(error);
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
      try {
        const { Items: keys = [] } = await documents.send(command, { abortSignal: signal });
        return keys.map((key) => String(key.order_id));
      } catch (error) {
        throw storeFailure(error);
      }
    },
  };
}
