import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { RetryableError } from '../common/errors.ts';
import { spreadKey } from '../common/spread-key.ts';
import type { OrderEvent } from '../orders/order-event.ts';
import { type Delivery, expiryAfter, newDelivery, type Queue, type QueueName, queueSchema } from './delivery.ts';
import { type DeliveryTable, headKey, readQueue, updatedItem, updateItem } from './delivery-table.ts';
import { callTable } from './webhook-table.ts';

/** A run that has to be started, because the queue has something to send and none sent. */
export interface NewRun extends QueueName {
  readonly run: number;
}

/** A run that has not written for so long is taken for lost; a later one takes its place. */
const LOST_AFTER_MS = 120_000;

/** DynamoDB takes 100 writes in one transaction, and the head is one of them. */
const MAX_EVENTS = 99;

/** A write loses against another one of the same queue; then the head is read again. */
const ATTEMPTS = 5;

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * Adds events to a queue, in one transaction with its head. Events that were added before are left out, so the same call
 * again changes nothing.
 *
 * @param events of one order, oldest first
 * @param isOn false for a webhook that is switched off: its events are kept, and nothing is sent
 * @returns the run to start; undefined where one sends already, or there is nothing to send
 * @throws RetryableError
 */
export async function addEvents(
  table: DeliveryTable,
  queue: QueueName,
  events: readonly OrderEvent[],
  isOn: boolean,
  now = new Date(),
): Promise<NewRun | undefined> {
  const limited = events.slice(0, MAX_EVENTS);
  const run = await writeWithHead(table, queue, isOn, now, (head) => {
    const known = head?.queued_events ?? [];
    const fresh = limited.filter(({ id }) => !known.includes(id));
    return {
      writes: fresh.map((event, index) => ({
        Put: { TableName: table.name, Item: newDelivery(queue.webhookId, event, known.length + index + 1, now) },
      })),
      queuedEvents: [...known, ...fresh.map(({ id }) => id)],
    };
  });
  return events.length > MAX_EVENTS
    ? ((await addEvents(table, queue, events.slice(MAX_EVENTS), isOn, now)) ?? run)
    : run;
}

/**
 * Lets deliveries of a queue wait to be sent once more.
 *
 * @param deliveries at most 99, in one transaction
 * @returns the run to start; undefined where one sends already
 * @throws RetryableError
 */
export function replayDeliveries(
  table: DeliveryTable,
  queue: QueueName,
  deliveries: readonly Delivery[],
  now = new Date(),
): Promise<NewRun | undefined> {
  return writeWithHead(table, queue, true, now, (head) => ({
    writes: deliveries.map(({ delivery_queue, delivery_entry }) => ({
      Update: {
        TableName: table.name,
        Key: { delivery_queue, delivery_entry },
        UpdateExpression:
          'SET delivery_state = :waiting, expires_at = :expires, replayed_at = :now REMOVE first_attempt_at, retry_at',
        ConditionExpression: 'attribute_exists(delivery_entry)',
        ExpressionAttributeValues: { ':waiting': 'WAITING', ':expires': expiryAfter(now), ':now': now.toISOString() },
      },
    })),
    queuedEvents: head?.queued_events ?? [],
  }));
}

interface Planned {
  readonly writes: readonly Write[];
  readonly queuedEvents: readonly string[];
}

async function writeWithHead(
  table: DeliveryTable,
  queue: QueueName,
  isOn: boolean,
  now: Date,
  plan: (head: Queue | undefined) => Planned,
): Promise<NewRun | undefined> {
  let tried: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const head = await readQueue(table, queue);
    const { writes, queuedEvents } = plan(head);
    const ours = ownRun(queue, head, tried);
    if (writes.length === 0) {
      return ours;
    }
    const starts = isOn && head?.delivery_due === undefined;
    const run = (head?.delivery_run ?? firstRun(now)) + (starts ? 1 : 0);
    tried = starts ? run : tried;
    const items = [...writes, headWrite(table, queue, head, { queuedEvents, run, starts, now })];
    try {
      await callTable(table.client.send(new TransactWriteCommand({ TransactItems: items })));
      return starts ? { ...queue, run } : ours;
    } catch (cause) {
      if (!(cause instanceof TransactionCanceledException)) {
        throw cause;
      }
      if (attempt === ATTEMPTS) {
        throw new RetryableError('WEBHOOKS_UNAVAILABLE', 'a queue of deliveries is written by others all the time', {
          cause,
        });
      }
    }
  }
}

/** A write counts as refused, too, where it was sent again and only its first answer was lost. Its run is still to be started. */
function ownRun(queue: QueueName, head: Queue | undefined, tried: number | undefined): NewRun | undefined {
  return head?.delivery_due !== undefined && head.delivery_run === tried
    ? { ...queue, run: head.delivery_run }
    : undefined;
}

/** A queue that was removed when it expired may come back. Names of executions are not used twice, so it does not begin at 0. */
function firstRun(now: Date): number {
  return Math.floor(now.getTime() / 1_000);
}

interface HeadChange {
  readonly queuedEvents: readonly string[];
  readonly run: number;
  readonly starts: boolean;
  readonly now: Date;
}

function headWrite(
  table: DeliveryTable,
  queue: QueueName,
  head: Queue | undefined,
  { queuedEvents, run, starts, now }: HeadChange,
): Write {
  const item = {
    ...headKey(queue),
    queue_webhook_id: queue.webhookId,
    queue_order_id: queue.orderId,
    queued_events: [...queuedEvents],
    queue_version: (head?.queue_version ?? 0) + 1,
    delivery_run: run,
    expires_at: expiryAfter(now),
  } satisfies Queue;
  if (head === undefined) {
    return {
      Put: {
        TableName: table.name,
        Item: {
          ...item,
          ...(starts && { delivery_due: spreadKey(queue.orderId), delivery_due_at: dueAt(LOST_AFTER_MS, now) }),
        },
        ConditionExpression: 'attribute_not_exists(delivery_queue)',
      },
    };
  }
  // The head of a queue that is being sent has no further condition: its run writes nothing that this overwrites.
  return {
    Update: {
      TableName: table.name,
      Key: headKey(queue),
      UpdateExpression:
        'SET queued_events = :events, queue_version = :version, delivery_run = :run, expires_at = :expires' +
        (starts ? ', delivery_due = :due, delivery_due_at = :due_at' : ''),
      ConditionExpression: `queue_version = :seen_version AND delivery_run = :seen_run AND ${
        head.delivery_due === undefined ? 'attribute_not_exists(delivery_due)' : 'attribute_exists(delivery_due)'
      }`,
      ExpressionAttributeValues: {
        ':events': item.queued_events,
        ':version': item.queue_version,
        ':run': run,
        ':expires': item.expires_at,
        ':seen_version': head.queue_version,
        ':seen_run': head.delivery_run,
        ...(starts && { ':due': spreadKey(queue.orderId), ':due_at': dueAt(LOST_AFTER_MS, now) }),
      },
    },
  };
}

function dueAt(ms: number, now: Date): string {
  return new Date(now.getTime() + ms).toISOString();
}

/**
 * Says that a run lives. Returns the head of its queue; undefined where a later run has taken its place, or the queue was
 * emptied: then it must not send.
 *
 * @param withinMs how long the run may be silent from now on, beside the time after which it counts as lost
 * @throws RetryableError
 */
export async function renewRun(
  table: DeliveryTable,
  { run, ...queue }: NewRun,
  withinMs: number,
  now = new Date(),
): Promise<Queue | undefined> {
  const head = await updatedItem(table, {
    Key: headKey(queue),
    UpdateExpression: 'SET delivery_due_at = :due_at',
    ConditionExpression: 'delivery_run = :run AND attribute_exists(delivery_due)',
    ExpressionAttributeValues: { ':run': run, ':due_at': dueAt(LOST_AFTER_MS + withinMs, now) },
  });
  return head === undefined ? undefined : queueSchema.parse(head);
}

/** Lets the next round of the schedule put another run in the place of one that was not started. @throws RetryableError */
export async function makeOverdue(table: DeliveryTable, { run, ...queue }: NewRun, now = new Date()): Promise<void> {
  await updateItem(table, {
    Key: headKey(queue),
    UpdateExpression: 'SET delivery_due_at = :now',
    ConditionExpression: 'delivery_run = :run AND attribute_exists(delivery_due)',
    ExpressionAttributeValues: { ':run': run, ':now': now.toISOString() },
  });
}

/** Ends a run. False where there is more to send, or another run. @throws RetryableError */
export function endRun(table: DeliveryTable, { run, ...queue }: NewRun, seenVersion: number): Promise<boolean> {
  return updateItem(table, {
    Key: headKey(queue),
    UpdateExpression: 'REMOVE delivery_due, delivery_due_at',
    ConditionExpression: 'delivery_run = :run AND queue_version = :version',
    ExpressionAttributeValues: { ':run': run, ':version': seenVersion },
  });
}

/**
 * Puts a further run in the place of one that seems lost. Undefined where it has written in the meantime.
 *
 * @throws RetryableError
 */
export async function furtherRun(
  table: DeliveryTable,
  queue: QueueName,
  now = new Date(),
): Promise<NewRun | undefined> {
  const head = await readQueue(table, queue);
  if (head?.delivery_due_at === undefined || head.delivery_due_at > now.toISOString()) {
    return undefined;
  }
  const run = head.delivery_run + 1;
  const isTaken = await updateItem(table, {
    Key: headKey(queue),
    UpdateExpression: 'SET delivery_run = :run, delivery_due_at = :due_at',
    ConditionExpression: 'delivery_run = :seen_run AND delivery_due_at = :seen_due_at',
    ExpressionAttributeValues: {
      ':run': run,
      ':due_at': dueAt(LOST_AFTER_MS, now),
      ':seen_run': head.delivery_run,
      ':seen_due_at': head.delivery_due_at,
    },
  });
  return isTaken ? { ...queue, run } : undefined;
}

/** The changes of a delivery after a try. */
export type DeliveryChange = Pick<
  Delivery,
  'delivery_state' | 'attempts' | 'latest_attempts' | 'first_attempt_at' | 'retry_at' | 'delivered_at'
>;

/**
 * Records a try of a delivery. False where a replay was asked for in the meantime, which is not undone, or another run
 * has recorded a try: then nothing is written, and the queue has to be read again.
 *
 * @throws RetryableError
 */
export function recordAttempt(table: DeliveryTable, seen: Delivery, change: DeliveryChange): Promise<boolean> {
  const { retry_at, delivered_at } = change;
  const sets = [
    'delivery_state = :state',
    'attempts = :attempts',
    'latest_attempts = :latest',
    'first_attempt_at = :first',
    ...(retry_at === undefined ? [] : ['retry_at = :retry_at']),
    ...(delivered_at === undefined ? [] : ['delivered_at = :delivered_at']),
  ];
  return updateItem(table, {
    Key: { delivery_queue: seen.delivery_queue, delivery_entry: seen.delivery_entry },
    UpdateExpression: `SET ${sets.join(', ')}${retry_at === undefined ? ' REMOVE retry_at' : ''}`,
    ConditionExpression: `delivery_state = :waiting AND attempts = :seen_attempts AND ${
      seen.replayed_at === undefined ? 'attribute_not_exists(replayed_at)' : 'replayed_at = :seen_replay'
    }`,
    ExpressionAttributeValues: {
      ':state': change.delivery_state,
      ':attempts': change.attempts,
      ':latest': change.latest_attempts,
      ':first': change.first_attempt_at,
      ':waiting': 'WAITING',
      ':seen_attempts': seen.attempts,
      ...(seen.replayed_at !== undefined && { ':seen_replay': seen.replayed_at }),
      ...(retry_at !== undefined && { ':retry_at': retry_at }),
      ...(delivered_at !== undefined && { ':delivered_at': delivered_at }),
    },
  });
}
