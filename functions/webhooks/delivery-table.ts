import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { KEYS_TO_READ } from '../common/spread-key.ts';
import { type Delivery, deliverySchema, type Queue, type QueueName, queueKey, queueSchema } from './delivery.ts';
import { callTable } from './webhook-table.ts';

/** The table of deliveries of this stage. Writes of whole queues are in delivery-queue.ts. */
export interface DeliveryTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** Global secondary index of the deliveries of a webhook, by the time at which they were queued. */
const BY_WEBHOOK_INDEX = 'by-webhook';

/** Global secondary index of the queues with something to send, by the time until which their run must have written. */
const DUE_INDEX = 'delivery-due';

/** The key of a queue's head. */
export function headKey(queue: QueueName) {
  return { delivery_queue: queueKey(queue), delivery_entry: 'head' } as const;
}

/** The head of a queue, as last written; undefined where there is none. @throws RetryableError */
export async function readQueue({ client, name }: DeliveryTable, queue: QueueName): Promise<Queue | undefined> {
  const { Item } = await callTable(
    client.send(new GetCommand({ TableName: name, Key: headKey(queue), ConsistentRead: true })),
  );
  return Item === undefined ? undefined : queueSchema.parse(Item);
}

/** All deliveries of a queue, in the order in which they are sent. @throws RetryableError */
export async function readDeliveries(table: DeliveryTable, queue: QueueName): Promise<readonly Delivery[]> {
  return deliveriesOf(table, queue, {});
}

/** The deliveries of a queue that wait, in the order in which they are sent. @throws RetryableError */
export async function waitingDeliveries(table: DeliveryTable, queue: QueueName): Promise<readonly Delivery[]> {
  return deliveriesOf(table, queue, { FilterExpression: 'delivery_state = :waiting' });
}

async function deliveriesOf(
  { client, name }: DeliveryTable,
  queue: QueueName,
  filter: Pick<QueryCommandInput, 'FilterExpression'>,
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  let after: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const { Items = [], LastEvaluatedKey } = await callTable(
      client.send(
        new QueryCommand({
          TableName: name,
          ConsistentRead: true,
          KeyConditionExpression: 'delivery_queue = :queue AND begins_with(delivery_entry, :event)',
          ExpressionAttributeValues: {
            ':queue': queueKey(queue),
            ':event': 'event#',
            ...(filter.FilterExpression !== undefined && { ':waiting': 'WAITING' }),
          },
          ...filter,
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        }),
      ),
    );
    deliveries.push(...Items.map((item) => deliverySchema.parse(item)));
    after = LastEvaluatedKey;
  } while (after !== undefined);
  return deliveries;
}

const logPositionSchema = z.object({
  delivery_queue: z.string(),
  delivery_entry: z.string(),
  webhook_id: z.string(),
  queued_at: z.string(),
});

/** A place in the log of a webhook's deliveries. */
export type LogPosition = z.output<typeof logPositionSchema>;

/** Reads a place in the log from what a caller sent back; undefined where it is none. */
export function readLogPosition(value: unknown): LogPosition | undefined {
  return logPositionSchema.safeParse(value).data;
}

/** A part of the log of a webhook's deliveries. */
export interface LogPage {
  readonly deliveries: readonly Delivery[];
  /** Where the log goes on; absent at its end. */
  readonly next?: LogPosition;
}

/** What is read of a log. */
export interface LogQuery {
  readonly webhookId: string;
  /** Only what was queued at this time or later. */
  readonly since?: string;
  readonly limit: number;
  readonly order: 'newest first' | 'oldest first';
  readonly after?: LogPosition | undefined;
}

/** Most deliveries of a page: DynamoDB reads that many items at once. */
export const MAX_LOG_PAGE = 100;

/** A page of the log of a webhook's deliveries. @throws RetryableError */
export async function readLog({ client, name }: DeliveryTable, query: LogQuery): Promise<LogPage> {
  const { webhookId, since = '', limit, order, after } = query;
  const { Items = [], LastEvaluatedKey } = await callTable(
    client.send(
      new QueryCommand({
        TableName: name,
        IndexName: BY_WEBHOOK_INDEX,
        KeyConditionExpression: 'webhook_id = :webhook AND queued_at >= :since',
        ExpressionAttributeValues: { ':webhook': webhookId, ':since': since === '' ? '0' : since },
        ScanIndexForward: order === 'oldest first',
        Limit: Math.min(limit, MAX_LOG_PAGE),
        ...(after === undefined ? {} : { ExclusiveStartKey: after }),
      }),
    ),
  );
  const keys = Items.map(({ delivery_queue, delivery_entry }) => ({ delivery_queue, delivery_entry }));
  const found = await readAll({ client, name }, keys);
  const deliveries = keys.flatMap(
    (key) =>
      found.find((each) => each.delivery_queue === key.delivery_queue && each.delivery_entry === key.delivery_entry) ??
      [],
  );
  return { deliveries, ...(LastEvaluatedKey !== undefined && { next: logPositionSchema.parse(LastEvaluatedKey) }) };
}

async function readAll(
  { client, name }: DeliveryTable,
  wanted: readonly Record<string, unknown>[],
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  let keys = [...wanted];
  while (keys.length > 0) {
    const { Responses = {}, UnprocessedKeys = {} } = await callTable(
      client.send(new BatchGetCommand({ RequestItems: { [name]: { Keys: keys } } })),
    );
    deliveries.push(...(Responses[name] ?? []).map((item) => deliverySchema.parse(item)));
    keys = UnprocessedKeys[name]?.Keys ?? [];
  }
  return deliveries;
}

/**
 * Queues whose run should have written again by the given time, longest overdue first. One request for each key of the index.
 *
 * @param limit the most of them
 * @throws RetryableError
 */
export async function overdueQueues(
  { client, name }: DeliveryTable,
  now: Date,
  limit: number,
): Promise<readonly QueueName[]> {
  const overdueBy = (key: string) =>
    client.send(
      new QueryCommand({
        TableName: name,
        IndexName: DUE_INDEX,
        KeyConditionExpression: 'delivery_due = :key AND delivery_due_at <= :now',
        ExpressionAttributeValues: { ':key': key, ':now': now.toISOString() },
        Limit: limit,
      }),
    );
  const answers = await callTable(Promise.all(KEYS_TO_READ.map(overdueBy)));
  return answers
    .flatMap(({ Items = [] }) => Items)
    .map(({ delivery_queue, delivery_due_at }) => ({ queue: String(delivery_queue), dueAt: String(delivery_due_at) }))
    .toSorted((left, right) => left.dueAt.localeCompare(right.dueAt))
    .slice(0, limit)
    .map(({ queue }) => {
      const [webhookId = '', orderId = ''] = queue.split('#');
      return { webhookId, orderId };
    });
}

/** A conditional update of one item. */
export type ItemUpdate = Omit<UpdateCommandInput, 'TableName'>;

/** Applies an update, and returns the item after it; undefined where its condition does not hold. @throws RetryableError */
export async function updatedItem({ client, name }: DeliveryTable, update: ItemUpdate): Promise<unknown> {
  try {
    const command = new UpdateCommand({ TableName: name, ...update, ReturnValues: 'ALL_NEW' });
    return (await callTable(client.send(command))).Attributes;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return undefined;
    }
    throw error;
  }
}

/** Applies an update. False where its condition does not hold. @throws RetryableError */
export async function updateItem(table: DeliveryTable, update: ItemUpdate): Promise<boolean> {
  return (await updatedItem(table, update)) !== undefined;
}
