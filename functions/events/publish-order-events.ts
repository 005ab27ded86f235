import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { asError, type Logger, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { statisticsTable } from '../environment.ts';
import { orderSchema } from '../orders/order.ts';
import { type CountableOrder, countOrders, type StatisticsTable } from '../orders/order-statistics.ts';

/** Dependencies of the function. */
export interface PublishOrderEventsDependencies {
  readonly statistics: StatisticsTable;
}

type ReadRecord =
  | { readonly outcome: 'READ'; readonly change: CountableOrder }
  | { readonly outcome: 'UNREADABLE'; readonly sequenceNumber: string };

/**
 * Makes the function on the stream of the orders table. It brings the counters of `GET /orders/summary` to the orders of a batch.
 *
 * A record that cannot be read is reported as failed, and the others are counted. The event source then repeats the batch from
 * that record on, and drops the record after its last try. A repeated change counts once.
 *
 * @throws RetryableError where the counters cannot be written; the event source then repeats the whole batch
 */
export function createHandler(
  dependencies: () => PublishOrderEventsDependencies,
  log: () => Logger = rootLogger,
): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  return async ({ Records }) => {
    const records = Records.map((record) => readRecord(record, log()));
    const changes = records.flatMap((record) => (record.outcome === 'READ' ? [record.change] : []));
    try {
      await countOrders(dependencies().statistics, changes);
    } catch (error) {
      log().error('the changes of orders could not be counted', { error: asError(error), records: Records.length });
      throw error;
    }
    const failed = records.flatMap((record) => (record.outcome === 'UNREADABLE' ? [record.sequenceNumber] : []));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function readRecord({ dynamodb = {} }: DynamoDBRecord, log: Logger): ReadRecord {
  const { SequenceNumber: sequenceNumber = '', Keys, NewImage } = dynamodb;
  const orderId = Keys?.order_id?.S;
  try {
    if (orderId === undefined) {
      throw new Error('the record has no order_id among its keys');
    }
    const order = NewImage === undefined ? undefined : orderSchema.parse(fromDynamoDb(NewImage));
    return { outcome: 'READ', change: { orderId, order } };
  } catch (error) {
    log.error('a change of an order cannot be read', {
      order_id: orderId,
      sequence_number: sequenceNumber,
      error: asError(error),
    });
    return { outcome: 'UNREADABLE', sequenceNumber };
  }
}

/** Lambda's types of a record and those of the SDK differ in their binary values, of which an order has none. */
function fromDynamoDb(image: NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>): unknown {
  return unmarshall(image as Record<string, AttributeValue>);
}

/** The function on the stream of the orders table. */
export const handler = createHandler(once(() => ({ statistics: statisticsTable() })));
