import { eachOf } from '../common/each-of.ts';
import type { Log } from '../common/logger.ts';
import type { OrderEvent } from '../orders/order-event.ts';
import type { QueueName } from './delivery.ts';
import { addEvents } from './delivery-queue.ts';
import { type DeliveryExecutions, startRun } from './delivery-run.ts';
import type { DeliveryTable } from './delivery-table.ts';
import { type Webhook, wants } from './webhook.ts';
import { listWebhooks, type WebhookTable } from './webhook-table.ts';

/** Dependencies of the outbox. */
export interface OutboxDependencies {
  readonly webhooks: WebhookTable;
  readonly deliveries: DeliveryTable;
  readonly executions: DeliveryExecutions;
}

/** An event, and whether its order was known before. */
export interface NewEvent {
  readonly event: OrderEvent;
  /**
   * True where the record shows that the event has just happened. False where it may have been long ago: an order that the
   * stream shows for the first time. A webhook gets those only that happened after it was made.
   */
  readonly isFresh: boolean;
}

/** Queues that are written at a time. */
const CONCURRENCY = 8;

interface Part {
  readonly queue: QueueName;
  readonly isOn: boolean;
  readonly events: readonly OrderEvent[];
}

/**
 * Puts events into the queues of the webhooks that asked for them, and starts what sends them. The same events again change
 * nothing. A webhook that is switched off gets its events once it is on again.
 *
 * @param events those of one order oldest first
 * @throws RetryableError where a queue cannot be written
 */
export async function queueEvents(
  dependencies: OutboxDependencies,
  events: readonly NewEvent[],
  log: Log,
): Promise<void> {
  if (events.length === 0) {
    return;
  }
  const parts = partsOf(await listWebhooks(dependencies.webhooks), events);
  await eachOf(parts, CONCURRENCY, async ({ queue, events: own, isOn }) => {
    const run = await addEvents(dependencies.deliveries, queue, own, isOn);
    if (run !== undefined) {
      await startRun(dependencies, run, log);
    }
  });
}

function partsOf(webhooks: readonly Webhook[], events: readonly NewEvent[]): readonly Part[] {
  const byOrder = Map.groupBy(events, ({ event }) => event.orderId);
  return webhooks.flatMap((webhook) =>
    [...byOrder].flatMap(([orderId, ofOrder]) => {
      const wanted = ofOrder.filter(
        ({ event, isFresh }) => wants(webhook, event.type) && (isFresh || event.at >= webhook.created_at),
      );
      return wanted.length === 0
        ? []
        : [
            {
              queue: { webhookId: webhook.webhook_id, orderId },
              isOn: webhook.disabled_at === undefined,
              events: wanted.map(({ event }) => event),
            },
          ];
    }),
  );
}
