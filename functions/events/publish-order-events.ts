import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { endInvocation } from '../../telemetry/invocation.ts';
import { record } from '../../telemetry/metrics.ts';
import type { EventBus } from '../clients/event-bus.ts';
import { asError, type Logger, logWith, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { deliveryExecutions, deliveryTable, eventBus, statisticsTable, webhookTable } from '../environment.ts';
import { orderSchema } from '../orders/order.ts';
import { type EventType, earlierRecordSchema, type OrderEvent, orderEvents } from '../orders/order-event.ts';
import { type CountableOrder, countOrders, type StatisticsTable } from '../orders/order-statistics.ts';
import { type NewEvent, type OutboxDependencies, queueEvents } from '../webhooks/event-outbox.ts';

/** Dependencies of the function. */
export interface PublishOrderEventsDependencies {
  readonly statistics: StatisticsTable;
  readonly outbox: OutboxDependencies;
  /** Undefined where there is no EventBridge. */
  readonly bus: EventBus | undefined;
}

/** A record that cannot be read holds up those behind it for so long: a newer version of this function may read it. */
const GIVEN_UP_AFTER_MS = 300_000;

type ReadRecord =
  | { readonly outcome: 'READ'; readonly change: CountableOrder; readonly events: readonly NewEvent[] }
  | { readonly outcome: 'UNREADABLE'; readonly sequenceNumber: string }
  | { readonly outcome: 'GIVEN_UP' };

/**
 * Makes the function on the stream of the orders table. It brings the counters of `GET /orders/summary` to the orders of a
 * batch, and tells their events: to the webhooks that asked for them, and to EventBridge where there is one.
 *
 * A record that cannot be read is reported as failed, and the others are handled. The event source then repeats the batch from
 * that record on. After five minutes the record is given up. A repeated change counts once, and an event that is told again has
 * the same id.
 *
 * @throws RetryableError where counters or queues cannot be written, or EventBridge does not take an event; the event source
 *   then repeats the whole batch
 */
export function createHandler(
  dependencies: () => PublishOrderEventsDependencies,
  log: () => Logger = rootLogger,
): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  return async ({ Records }) => {
    const records = Records.map((record) => readRecord(record, log()));
    const read = records.filter((record) => record.outcome === 'READ');
    const events = read.flatMap((record) => record.events);
    const { statistics, outbox, bus } = dependencies();
    const parts = {
      'the changes of orders could not be counted': countOrders(
        statistics,
        read.map(({ change }) => change),
      ),
      'the events of orders could not be queued for webhooks': queueEvents(outbox, events, logWith(log(), {})),
      'the events of orders could not be put on the event bus': bus?.put(events.map(({ event }) => event)),
    };
    // Each part is tried, so that trouble with one does not hold up the others.
    const outcomes = await Promise.allSettled(Object.values(parts));
    const messages = Object.keys(parts);
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [{ message: messages[index] ?? '', reason: outcome.reason }] : [],
    );
    for (const { message, reason } of failures) {
      log().error(message, { error: asError(reason), records: Records.length });
    }
    if (failures[0] !== undefined) {
      throw failures[0].reason;
    }
    for (const { event } of events) {
      recordOutcome(event);
    }
    await endInvocation();
    const failed = records.flatMap((record) => (record.outcome === 'UNREADABLE' ? [record.sequenceNumber] : []));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** Events that tell of the end of a saga, or of its wait for an operator. */
const OUTCOMES: ReadonlySet<EventType> = new Set([
  'order.confirmed',
  'order.rejected',
  'order.cancelled',
  'order.expired',
  'order.needs_attention',
]);

function recordOutcome({ type, at, data }: OrderEvent): void {
  if (OUTCOMES.has(type)) {
    record('OrdersEnded', 1, data.status);
    record('SagaDuration', new Date(at).getTime() - new Date(data.created_at).getTime(), data.status);
  }
}

function readRecord({ dynamodb = {} }: DynamoDBRecord, log: Logger): ReadRecord {
  const {
    SequenceNumber: sequenceNumber = '',
    Keys,
    NewImage,
    OldImage,
    ApproximateCreationDateTime: seconds,
  } = dynamodb;
  const orderId = Keys?.order_id?.S;
  try {
    if (orderId === undefined) {
      throw new Error('the record has no order_id among its keys');
    }
    if (NewImage === undefined) {
      return { outcome: 'READ', change: { orderId, order: undefined }, events: [] };
    }
    const order = orderSchema.parse(fromDynamoDb(NewImage));
    const before = OldImage === undefined ? undefined : earlierRecordSchema.parse(fromDynamoDb(OldImage));
    const events = orderEvents(before, order);
    return {
      outcome: 'READ',
      change: { orderId, order },
      events: events.map((event) => ({ event, isFresh: before !== undefined })),
    };
  } catch (error) {
    const isGivenUp = seconds !== undefined && Date.now() - seconds * 1_000 > GIVEN_UP_AFTER_MS;
    log.error(
      isGivenUp ? 'a change of an order is given up: it cannot be read' : 'a change of an order cannot be read',
      {
        order_id: orderId,
        sequence_number: sequenceNumber,
        error: asError(error),
      },
    );
    return isGivenUp ? { outcome: 'GIVEN_UP' } : { outcome: 'UNREADABLE', sequenceNumber };
  }
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** Lambda's types of a record and those of the SDK differ in their binary values, of which an order has none. */
function fromDynamoDb(image: Image): unknown {
  return unmarshall(image as Record<string, AttributeValue>);
}

/** The function on the stream of the orders table. */
export const handler = createHandler(
  once(() => ({
    statistics: statisticsTable(),
    outbox: { webhooks: webhookTable(), deliveries: deliveryTable(), executions: deliveryExecutions() },
    bus: eventBus(),
  })),
);
