import * as z from 'zod';
import { KEYS_TO_READ } from '../common/spread-key.ts';
import { EVENT_TYPES, type OrderEvent } from '../orders/order-event.ts';

// The table of deliveries. Its key is `delivery_queue` and `delivery_entry`. A queue holds the events of one order for one
// webhook, which are sent one after the other:
//
//   <webhook id>#<order id>   head              the queue: what was added last, and the run that sends
//   <webhook id>#<order id>   event#<number>    one event and what became of it

/** The queue of one order's events for one webhook. */
export interface QueueName {
  readonly webhookId: string;
  readonly orderId: string;
}

const attemptSchema = z.object({
  /** ISO 8601, UTC. */
  at: z.string(),
  ms: z.int(),
  /** HTTP status, where the receiver answered. */
  status: z.int().optional(),
  /** What happened, where it did not. */
  what: z.string().optional(),
});

/** One try to deliver an event. */
export type Attempt = z.output<typeof attemptSchema>;

/** An event for one webhook, as it stands in the table. */
export const deliverySchema = z.object({
  delivery_queue: z.string(),
  delivery_entry: z.string(),
  webhook_id: z.string(),
  event_id: z.string(),
  event_type: z.enum(EVENT_TYPES),
  order_id: z.string(),
  /** The JSON text that is sent, the same at each try. */
  body: z.string(),
  /** The order's trace; absent in deliveries of an older version. */
  traceparent: z.string().optional(),
  delivery_state: z.enum(['WAITING', 'DELIVERED']),
  /** When the event was put into its queue. */
  queued_at: z.string(),
  /** Tries in all. */
  attempts: z.int(),
  /** When the tries began that are under way; absent before the first, and after a replay. */
  first_attempt_at: z.string().optional(),
  /** Not before this time; absent: at once. */
  retry_at: z.string().optional(),
  delivered_at: z.string().optional(),
  /** When it was last asked to be sent once more: a try that began before does not settle that. Absent: never. */
  replayed_at: z.string().optional(),
  /** The latest tries, oldest first. */
  latest_attempts: z.array(attemptSchema),
  /** Seconds since 1970, for DynamoDB's time to live. */
  expires_at: z.int(),
});

/** An event for one webhook, as it stands in the table. */
export type Delivery = z.output<typeof deliverySchema>;

/** The head of a queue, as it stands in the table. */
export const queueSchema = z.object({
  delivery_queue: z.string(),
  delivery_entry: z.literal('head'),
  queue_webhook_id: z.string(),
  queue_order_id: z.string(),
  /** Ids of the events that were ever added, oldest first: a record of the stream that comes twice adds nothing. */
  queued_events: z.array(z.string()),
  /** Grows whenever there is more to send. */
  queue_version: z.int(),
  /** The execution that sends; one of an earlier run stops when it sees another number. */
  delivery_run: z.int(),
  /** Present while there is something to send; one of the keys of a sparse index, by the order's id. */
  delivery_due: z.enum(KEYS_TO_READ).optional(),
  /** By when the run must have written again. */
  delivery_due_at: z.string().optional(),
  expires_at: z.int(),
});

/** The head of a queue, as it stands in the table. */
export type Queue = z.output<typeof queueSchema>;

/** Tries that a delivery keeps. */
const KEPT_ATTEMPTS = 5;

/** How long deliveries are kept: a replay reaches back as far. */
export const KEPT_DAYS = 30;

/** Seconds since 1970 at which something written now is removed. */
export function expiryAfter(now: Date): number {
  return Math.floor(now.getTime() / 1_000) + KEPT_DAYS * 86_400;
}

/** The partition key of a queue. */
export function queueKey({ webhookId, orderId }: QueueName): string {
  return `${webhookId}#${orderId}`;
}

/** The sort key of the event with this number in its queue. Has room for more events than a head of 400 KB can name. */
export function entryKey(number: number): string {
  return `event#${String(number).padStart(6, '0')}`;
}

/**
 * An event as a delivery that waits.
 *
 * @param number its place in the queue
 */
export function newDelivery(webhookId: string, event: OrderEvent, number: number, now: Date): Delivery {
  return {
    delivery_queue: queueKey({ webhookId, orderId: event.orderId }),
    delivery_entry: entryKey(number),
    webhook_id: webhookId,
    event_id: event.id,
    event_type: event.type,
    order_id: event.orderId,
    body: eventBody(event),
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    delivery_state: 'WAITING',
    queued_at: now.toISOString(),
    attempts: 0,
    latest_attempts: [],
    expires_at: expiryAfter(now),
  };
}

/** The JSON text of an event, in the shape of Standard Webhooks. */
export function eventBody({ type, at, data }: OrderEvent): string {
  return JSON.stringify({ type, timestamp: at, data });
}

/** The tries of a delivery after one more. */
export function withAttempt({ latest_attempts }: Delivery, attempt: Attempt): readonly Attempt[] {
  return [...latest_attempts, attempt].slice(-KEPT_ATTEMPTS);
}
