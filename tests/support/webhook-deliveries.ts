import { afterEach, beforeEach, jest } from '@jest/globals';
import { logWith } from '../../functions/common/logger.ts';
import { newOrderId } from '../../functions/orders/new-order.ts';
import { EVENT_TYPES, type OrderEvent } from '../../functions/orders/order-event.ts';
import { type DeliverDependencies, type DeliverOutcome, deliver, InFlight } from '../../functions/webhooks/deliver.ts';
import type { Delivery, QueueName } from '../../functions/webhooks/delivery.ts';
import { addEvents, type NewRun } from '../../functions/webhooks/delivery-queue.ts';
import { readDeliveries } from '../../functions/webhooks/delivery-table.ts';
import { newSecret, type Webhook } from '../../functions/webhooks/webhook.ts';
import { addWebhook } from '../../functions/webhooks/webhook-table.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../verification/client/webhook-receiver.ts';
import { type KeptLog, keptLog } from './kept-log.ts';
import { type OrderTableFixture, withOrderTable } from './order-fixtures.ts';

/** What a run answers that has nothing left to send. */
export const ENDED = { outcome: 'ENDED' };
export const HOUR_MS = 3_600_000;

/** One order whose events go to one webhook, in real tables, and a receiver; new ones for each test. */
export interface WebhookDeliveries {
  readonly database: OrderTableFixture;
  readonly log: KeptLog;
  readonly receiver: WebhookReceiver;
  readonly webhook: Webhook;
  /** The events of the order for the webhook. */
  readonly queue: QueueName;
  /** Starts another receiver, which takes requests and never answers them. */
  readonly slowReceiver: () => Promise<WebhookReceiver>;
  readonly madeWebhook: (url: string) => Promise<Webhook>;
  /** Queues events of the order. Undefined where a run sends already. */
  readonly queued: (...numbers: readonly number[]) => Promise<NewRun | undefined>;
  /** Queues events of the order, and makes the run that sends them. */
  readonly started: (...numbers: readonly number[]) => Promise<NewRun>;
  /** Queues one event of another order, for a webhook, and makes its run. */
  readonly startedElsewhere: (webhookId: string) => Promise<NewRun>;
  readonly delivering: (run: NewRun, differences?: Partial<DeliverDependencies>) => Promise<DeliverOutcome>;
  /** The numbers of the order's events that the receiver got. */
  readonly ids: () => readonly string[];
  readonly deliveries: () => Promise<readonly Delivery[]>;
}

interface Parts extends Pick<WebhookDeliveries, 'log' | 'receiver' | 'webhook' | 'queue'> {
  readonly receivers: WebhookReceiver[];
}

/** Makes the tables for all tests of the file, which calls this once, at its top. */
export function withWebhookDeliveries(): WebhookDeliveries {
  const database = withOrderTable();
  let parts: Parts | undefined;
  let made = 0;

  beforeEach(async () => {
    const log = keptLog();
    const receiver = await startWebhookReceiver();
    const webhook = await madeWebhook(receiver.url);
    const queue = { webhookId: webhook.webhook_id, orderId: newOrderId() };
    parts = { log, receiver, webhook, queue, receivers: [receiver] };
  });
  afterEach(async () => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    parts?.log.restore();
    await Promise.all((parts?.receivers ?? []).map((receiver) => receiver.close()));
  });

  async function madeWebhook(url: string): Promise<Webhook> {
    made += 1;
    const created: Webhook = {
      webhook_id: `wh_${String(made).padStart(16, '0')}`,
      receiver_url: url,
      event_types: [...EVENT_TYPES],
      secrets: [{ secret: newSecret() }],
      created_at: new Date().toISOString(),
    };
    await addWebhook(database.webhooks, created);
    return created;
  }

  function queued(queue: QueueName, numbers: readonly number[]): Promise<NewRun | undefined> {
    const events = numbers.map((number) => event(queue.orderId, number));
    return addEvents(database.deliveries, queue, events, true);
  }

  async function started(queue: QueueName, numbers: readonly number[]): Promise<NewRun> {
    const run = await queued(queue, numbers);
    if (run === undefined) {
      throw new Error('a run sends already');
    }
    return run;
  }

  return {
    database,
    get log() {
      return within(parts).log;
    },
    get receiver() {
      return within(parts).receiver;
    },
    get webhook() {
      return within(parts).webhook;
    },
    get queue() {
      return within(parts).queue;
    },
    slowReceiver: async () => {
      const slow = await startWebhookReceiver();
      slow.reply = () => 'never';
      within(parts).receivers.push(slow);
      return slow;
    },
    madeWebhook,
    queued: (...numbers) => queued(within(parts).queue, numbers),
    started: (...numbers) => started(within(parts).queue, numbers),
    startedElsewhere: (webhookId) => started({ webhookId, orderId: newOrderId() }, [1]),
    delivering: (run, differences = {}) => {
      const dependencies: DeliverDependencies = {
        webhooks: database.webhooks,
        deliveries: database.deliveries,
        send: { loopback: 'allowed', timeoutMs: 2_000 },
        inFlight: new InFlight({ perWebhook: 10, inAll: 10 }),
        ...differences,
      };
      return deliver(run, dependencies, logWith(within(parts).log.logger, {}));
    },
    ids: () => {
      const { receiver, queue } = within(parts);
      return receiver.received.map(({ id }) => id.replace(`${queue.orderId}-`, ''));
    },
    deliveries: () => readDeliveries(database.deliveries, within(parts).queue),
  };
}

/** Lets the clock of this process stand so much later, until the test ends. */
export function later(ms: number): void {
  const now = Date.now() + ms;
  jest.spyOn(Date, 'now').mockReturnValue(now);
  jest.useFakeTimers({
    now,
    doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'hrtime'],
  });
}

function event(orderId: string, number: number): OrderEvent {
  return {
    id: `${orderId}-${number}`,
    type: 'order.paid',
    orderId,
    at: '2026-11-28T12:00:00.000Z',
    data: { order_id: orderId, status: 'PAID', lines: [], created_at: '2026-11-28T12:00:00.000Z' },
  };
}

function within(parts: Parts | undefined): Parts {
  if (parts === undefined) {
    throw new Error('the deliveries are there within tests and hooks only');
  }
  return parts;
}
