import { ATTRIBUTES } from '../../telemetry/attributes.ts';
import { record } from '../../telemetry/metrics.ts';
import { linkActiveSpan, traced } from '../../telemetry/tracing.ts';
import type { Log } from '../common/logger.ts';
import type { Delivery } from './delivery.ts';
import { withAttempt } from './delivery.ts';
import { endRun, type NewRun, recordAttempt, renewRun } from './delivery-queue.ts';
import { type DeliveryTable, waitingDeliveries } from './delivery-table.ts';
import { RECEIVER_TIMEOUT_MS, type SendOptions, type Sent, sendEvent } from './send-event.ts';
import { signingSecrets, type Webhook } from './webhook.ts';
import { claimTry, clearFailures, readWebhook, recordFailure, switchOff, type WebhookTable } from './webhook-table.ts';

/** Dependencies of a delivery. */
export interface DeliverDependencies {
  readonly webhooks: WebhookTable;
  readonly deliveries: DeliveryTable;
  readonly send: SendOptions;
  /** Deliveries that are on their way in this process. */
  readonly inFlight: InFlight;
}

/** What the state machine does next. */
export type DeliverOutcome =
  /** There is nothing more to send, or this run may not send. */
  | { readonly outcome: 'ENDED' }
  /** More waits to be sent. */
  | { readonly outcome: 'MORE' }
  | { readonly outcome: 'WAIT'; readonly wait_seconds: number };

/** An event is tried for so long; then its webhook is switched off. */
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** The delay after the first failed try. A later one is twice the time since that try. */
const FIRST_DELAY_MS = 5_000;
const MAX_DELAY_MS = 4 * 3_600_000;

/** After so many failures in a row, one delivery at a time tries the receiver, and the others wait. */
const SEEMS_DEAD_AFTER = 5;

/** Queues that wait for a receiver that seems dead return spread over this time at most. */
const MAX_SPREAD_MS = 600_000;

/** No further event is begun after this time: the function has time for the last one (functions/time-limits.test.ts). */
export const BEGIN_WITHIN_MS = 5_000;

/** The status of a receiver that is gone for good. */
const GONE = 410;

/** Limits how many deliveries are on their way at a time, so that slow receivers leave room for everything else. */
export class InFlight {
  readonly #perWebhook: number;
  readonly #inAll: number;
  readonly #counts = new Map<string, number>();

  constructor(limits: { readonly perWebhook: number; readonly inAll: number }) {
    this.#perWebhook = limits.perWebhook;
    this.#inAll = limits.inAll;
  }

  /** Runs the work; undefined where there is no room for it. */
  async run<T>(webhookId: string, work: () => Promise<T>): Promise<T | undefined> {
    const own = this.#counts.get(webhookId) ?? 0;
    const all = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    if (own >= this.#perWebhook || all >= this.#inAll) {
      return undefined;
    }
    this.#counts.set(webhookId, own + 1);
    try {
      return await work();
    } finally {
      const left = (this.#counts.get(webhookId) ?? 1) - 1;
      if (left === 0) {
        this.#counts.delete(webhookId);
      } else {
        this.#counts.set(webhookId, left);
      }
    }
  }
}

/**
 * Sends the events of a queue, one after the other, until one fails or the time of an invocation is over.
 *
 * An event counts as delivered where its receiver answered with 2xx. After another answer, or none, the queue waits and
 * tries it again for 24 hours; then its webhook is switched off. 410 switches it off at once.
 *
 * @throws RetryableError where the tables do not reply; an event that was sent may be sent again then
 */
export async function deliver(run: NewRun, dependencies: DeliverDependencies, log: Log): Promise<DeliverOutcome> {
  const beginUntil = Date.now() + BEGIN_WITHIN_MS;
  do {
    // Before the events are read: what is queued after this changes the head's version, and then the run does not end.
    const head = await renewRun(dependencies.deliveries, run, 0);
    if (head === undefined) {
      return { outcome: 'ENDED' };
    }
    const [webhook, waiting] = await Promise.all([
      readWebhook(dependencies.webhooks, run.webhookId),
      waitingDeliveries(dependencies.deliveries, run),
    ]);
    const isOn = webhook !== undefined && webhook.disabled_at === undefined;
    const sent = isOn ? await deliverAll({ run, webhook, waiting, beginUntil }, dependencies, log) : 'EMPTY';
    if (typeof sent === 'object') {
      return sent;
    }
    if (sent === 'EMPTY' && (await endRun(dependencies.deliveries, run, head.queue_version))) {
      return { outcome: 'ENDED' };
    }
  } while (Date.now() < beginUntil);
  return { outcome: 'MORE' };
}

interface ToDeliver {
  readonly run: NewRun;
  readonly webhook: Webhook;
  readonly waiting: readonly Delivery[];
  readonly beginUntil: number;
}

/** EMPTY where everything was delivered, AGAIN where the queue has to be read again. */
async function deliverAll(
  { run, webhook: read, waiting: deliveries, beginUntil }: ToDeliver,
  dependencies: DeliverDependencies,
  log: Log,
): Promise<DeliverOutcome | 'EMPTY' | 'AGAIN'> {
  let webhook = read;
  for (const delivery of deliveries) {
    const now = Date.now();
    if (now >= beginUntil) {
      return 'AGAIN';
    }
    const waitMs = Math.max(
      millisecondsUntil(delivery.retry_at, now),
      await receiverWaitMs(webhook, dependencies, now),
    );
    if (waitMs > 0) {
      return waiting(run, waitMs, dependencies);
    }
    const sent = await dependencies.inFlight.run(run.webhookId, () => send(webhook, delivery, dependencies));
    if (sent === undefined) {
      return waiting(run, roomWaitMs(delivery, now), dependencies);
    }
    const outcome = await recordSent({ run, webhook, delivery, sent }, dependencies, log);
    if (outcome !== 'DELIVERED') {
      return outcome;
    }
    webhook = { ...webhook, failures: undefined };
  }
  return 'EMPTY';
}

/** Each try is a trace of its own, because tries may go on for a day. */
function send(webhook: Webhook, delivery: Delivery, dependencies: DeliverDependencies): Promise<Sent> {
  const { event_id: id, body, order_id, traceparent = '' } = delivery;
  const secrets = signingSecrets(webhook, new Date());
  const attributes = { [ATTRIBUTES.HTTP_METHOD]: 'POST', [ATTRIBUTES.ORDER_ID]: order_id };
  return traced({ name: 'deliver webhook', kind: 'CLIENT', attributes }, async (span) => {
    linkActiveSpan(traceparent);
    const sent = await sendEvent(webhook.receiver_url, { id, body }, secrets, dependencies.send);
    const failure = failureOf(sent);
    if (sent.outcome === 'ANSWERED') {
      span.set({ [ATTRIBUTES.HTTP_STATUS]: sent.status });
    }
    if (failure !== undefined) {
      span.fail(sent.outcome === 'ANSWERED' ? String(sent.status) : sent.outcome, true);
    }
    return sent;
  });
}

/** How long to leave a receiver alone that seems dead. One delivery of all those that wait gets 0. */
async function receiverWaitMs(webhook: Webhook, { webhooks }: DeliverDependencies, now: number): Promise<number> {
  if ((webhook.failures ?? 0) < SEEMS_DEAD_AFTER) {
    return 0;
  }
  const untilNextTry = millisecondsUntil(webhook.next_try_at, now);
  if (untilNextTry > 0) {
    // Thousands of queues may wait for one receiver: the longer it is dead, the further apart they return.
    const failingForMs = now - new Date(webhook.failing_since ?? now).getTime();
    return untilNextTry + Math.random() * Math.max(1_000, Math.min(MAX_SPREAD_MS, failingForMs));
  }
  const isClaimed = await claimTry(webhooks, webhook, new Date(now + 2 * RECEIVER_TIMEOUT_MS));
  return isClaimed ? 0 : jittered(2 * RECEIVER_TIMEOUT_MS);
}

/** How long to wait for room: the longer the event has waited, the longer. */
function roomWaitMs({ queued_at }: Delivery, now: number): number {
  return jittered(Math.max(2_000, Math.min(60_000, now - new Date(queued_at).getTime())));
}

async function waiting(run: NewRun, waitMs: number, { deliveries }: DeliverDependencies): Promise<DeliverOutcome> {
  const wait_seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const head = await renewRun(deliveries, run, wait_seconds * 1_000);
  return head === undefined ? { outcome: 'ENDED' } : { outcome: 'WAIT', wait_seconds };
}

interface Tried {
  readonly run: NewRun;
  readonly webhook: Webhook;
  readonly delivery: Delivery;
  readonly sent: Sent;
}

async function recordSent(
  tried: Tried,
  dependencies: DeliverDependencies,
  log: Log,
): Promise<DeliverOutcome | 'DELIVERED' | 'AGAIN'> {
  const { webhook, delivery, sent } = tried;
  const now = new Date();
  const at = new Date(now.getTime() - sent.ms).toISOString();
  const attempts = delivery.attempts + 1;
  const what = failureOf(sent);
  const common = {
    attempts,
    first_attempt_at: delivery.first_attempt_at ?? at,
    latest_attempts: [
      ...withAttempt(delivery, {
        at,
        ms: sent.ms,
        ...(sent.outcome === 'ANSWERED' ? { status: sent.status } : { what: sent.what }),
      }),
    ],
  };
  const keys = { event_id: delivery.event_id, event_type: delivery.event_type, ms: sent.ms };
  if (what === undefined) {
    const isRecorded = await recordAttempt(dependencies.deliveries, delivery, {
      ...common,
      delivery_state: 'DELIVERED',
      delivered_at: now.toISOString(),
    });
    if (webhook.failures !== undefined) {
      await clearFailures(dependencies.webhooks, webhook.webhook_id);
    }
    if (delivery.replayed_at === undefined) {
      record('WebhookDelay', now.getTime() - new Date(delivery.queued_at).getTime());
    }
    log.info('event delivered', keys);
    return isRecorded ? 'DELIVERED' : 'AGAIN';
  }
  const triedSince = Math.max(
    new Date(common.first_attempt_at).getTime(),
    // An event may have waited while its webhook was off.
    new Date(webhook.switched_on_at ?? 0).getTime(),
  );
  const giveUpAt = triedSince + GIVE_UP_AFTER_MS;
  const delayMs = Math.min(retryDelayMs(now.getTime() - triedSince), Math.max(1_000, giveUpAt - now.getTime()));
  const retryAt = new Date(now.getTime() + delayMs);
  const isRecorded = await recordAttempt(dependencies.deliveries, delivery, {
    ...common,
    delivery_state: 'WAITING',
    retry_at: retryAt.toISOString(),
  });
  log.warn('an event was not delivered', { ...keys, what, attempts });
  const giveUp = isRecorded && now.getTime() >= giveUpAt;
  return afterFailure({ ...tried, what, retryAt, isRecorded, giveUp }, dependencies, log);
}

interface Failed extends Tried {
  readonly what: string;
  readonly retryAt: Date;
  /** False: the event waits for something else than this try. */
  readonly isRecorded: boolean;
  readonly giveUp: boolean;
}

async function afterFailure(
  { run, webhook, delivery, sent, what, retryAt, isRecorded, giveUp }: Failed,
  dependencies: DeliverDependencies,
  log: Log,
): Promise<DeliverOutcome | 'AGAIN'> {
  const isGone = sent.outcome === 'ANSWERED' && sent.status === GONE;
  const now = new Date();
  await recordFailure(dependencies.webhooks, webhook.webhook_id, { at: now, what, nextTryAt: retryAt });
  if (isGone || giveUp) {
    const reason = isGone
      ? 'the receiver answered 410: it wants no more events'
      : `the event ${delivery.event_id} was not taken for 24 hours; at last ${what}`;
    if (await switchOff(dependencies.webhooks, webhook.webhook_id, reason, now)) {
      log.error('a webhook was switched off', { webhook_id: webhook.webhook_id, reason });
    }
    return 'AGAIN';
  }
  if (!isRecorded) {
    return 'AGAIN';
  }
  return waiting(run, millisecondsUntil(retryAt.toISOString(), Date.now()), dependencies);
}

/** What went wrong, in words; undefined where the receiver took the event. */
function failureOf(sent: Sent): string | undefined {
  if (sent.outcome === 'NOT_ANSWERED') {
    return sent.what;
  }
  return sent.status >= 200 && sent.status < 300 ? undefined : `the receiver answered ${sent.status}`;
}

/** The delay grows with the time for which the event is tried: 13 to 15 tries in 24 hours. */
function retryDelayMs(triedForMs: number): number {
  return jittered(Math.min(MAX_DELAY_MS, Math.max(FIRST_DELAY_MS, 2 * triedForMs)));
}

/** Between the time and a fifth more, so that many queues do not return at once. */
function jittered(ms: number): number {
  return Math.round(ms * (1 + Math.random() / 5));
}

function millisecondsUntil(time: string | undefined, now: number): number {
  return time === undefined ? 0 : Math.max(0, new Date(time).getTime() - now);
}
