import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { RowConflict } from '../common/retry-on-conflict.ts';
import { storeFailure } from '../common/store-failure.ts';
import { type Payment, paymentRow } from './payment.ts';

/** Where payments are kept. */
export interface PaymentStore {
  /** The payment of an order as it is now. */
  readonly find: (orderId: string, signal: AbortSignal) => Promise<Payment | undefined>;
  /**
   * Writes the next version of the payment that was read, or the first where there was none.
   *
   * @throws RowConflict when the payment is no longer the one that was read
   */
  readonly save: (previous: Payment | undefined, next: Payment, signal: AbortSignal) => Promise<void>;
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
    save: async (previous, next, signal) => {
      const condition =
        previous === undefined
          ? { ConditionExpression: 'attribute_not_exists(order_id)' }
          : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': previous.version } };
      try {
        await documents.send(new PutCommand({ TableName: table, Item: next, ...condition }), { abortSignal: signal });
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') {
          throw new RowConflict('the payment changed after it was read', { cause: error });
        }
        throw storeFailure(error);
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
