import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../../embedded/eventually.ts';
import { type KeptLog, keptLog } from '../../tests/support/kept-log.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../verification/client/webhook-receiver.ts';
import { logWith } from '../common/logger.ts';
import { newOrderId } from '../orders/new-order.ts';
import { EVENT_TYPES, type OrderEvent } from '../orders/order-event.ts';
import { type DeliverDependencies, type DeliverOutcome, deliver, InFlight } from './deliver.ts';
import { addEvents, furtherRun, type NewRun, replayDeliveries } from './delivery-queue.ts';
import { readDeliveries, readQueue } from './delivery-table.ts';
import { newSecret, type Webhook } from './webhook.ts';
import { addWebhook, readWebhook, removeWebhook, switchOff, switchOn } from './webhook-table.ts';

const database = withOrderTable();
const ENDED = { outcome: 'ENDED' };
const HOUR_MS = 3_600_000;

let log: KeptLog;
let receiver: WebhookReceiver;
let webhook: Webhook;
let orderId: string;

beforeEach(async () => {
  log = keptLog();
  receiver = await startWebhookReceiver();
  orderId = newOrderId();
  webhook = await madeWebhook(receiver.url);
});

afterEach(async () => {
  jest.restoreAllMocks();
  log.restore();
  await receiver.close();
  await Promise.all(slowReceivers.splice(0).map((slow) => slow.close()));
});

const slowReceivers: WebhookReceiver[] = [];

/** A receiver that takes requests and never answers them. */
async function slowReceiver(): Promise<WebhookReceiver> {
  const slow = await startWebhookReceiver();
  slow.reply = () => 'never';
  slowReceivers.push(slow);
  return slow;
}

function hasReceived(slow: WebhookReceiver, count: number): Promise<unknown> {
  return eventually(async () => slow.received.length >= count || undefined, { pollMs: 10, what: 'its requests' });
}

let made = 0;
async function madeWebhook(receiver_url: string): Promise<Webhook> {
  made += 1;
  const created: Webhook = {
    webhook_id: `wh_${String(made).padStart(16, '0')}`,
    receiver_url,
    event_types: [...EVENT_TYPES],
    secrets: [{ secret: newSecret() }],
    created_at: new Date().toISOString(),
  };
  await addWebhook(database.webhooks, created);
  return created;
}

function event(number: number, order = orderId): OrderEvent {
  return {
    id: `${order}-${number}`,
    type: 'order.paid',
    orderId: order,
    at: '2026-11-28T12:00:00.000Z',
    data: { order_id: order, status: 'PAID', lines: [], created_at: '2026-11-28T12:00:00.000Z' },
  };
}

function queued(...numbers: readonly number[]): Promise<NewRun | undefined> {
  const events = numbers.map((number) => event(number));
  return addEvents(database.deliveries, { webhookId: webhook.webhook_id, orderId }, events, true);
}

async function started(...numbers: readonly number[]): Promise<NewRun> {
  const run = await queued(...numbers);
  if (run === undefined) {
    throw new Error('a run sends already');
  }
  return run;
}

function dependencies(differences: Partial<DeliverDependencies> = {}): DeliverDependencies {
  return {
    webhooks: database.webhooks,
    deliveries: database.deliveries,
    send: { loopback: 'allowed', timeoutMs: 2_000 },
    inFlight: new InFlight({ perWebhook: 10, inAll: 10 }),
    ...differences,
  };
}

function delivering(run: NewRun, differences: Partial<DeliverDependencies> = {}): Promise<DeliverOutcome> {
  return deliver(run, dependencies(differences), logWith(log.logger, {}));
}

function ids(): readonly string[] {
  return receiver.received.map(({ id }) => id.replace(`${orderId}-`, ''));
}

function deliveries() {
  return readDeliveries(database.deliveries, { webhookId: webhook.webhook_id, orderId });
}

/** Lets the clock of this process stand so much later. */
function later(ms: number): void {
  const now = Date.now() + ms;
  jest.spyOn(Date, 'now').mockReturnValue(now);
  jest.useFakeTimers({
    now,
    doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'hrtime'],
  });
}
afterEach(() => {
  jest.useRealTimers();
});

test('the events of a queue arrive in their order, and the queue ends', async () => {
  const run = await started(1, 2, 3);
  expect(await delivering(run)).toEqual(ENDED);
  expect(ids()).toEqual(['1', '2', '3']);
  expect((await deliveries()).map(({ delivery_state, attempts }) => `${delivery_state} ${attempts}`)).toEqual([
    'DELIVERED 1',
    'DELIVERED 1',
    'DELIVERED 1',
  ]);
  expect(await readQueue(database.deliveries, run)).not.toHaveProperty('delivery_due');
});

test('an event that the receiver does not take is tried again before any later one is sent', async () => {
  const run = await started(1, 2);
  receiver.reply = () => ({ status: receiver.received.length === 1 ? 500 : 204 });
  expect(await delivering(run)).toMatchObject({ outcome: 'WAIT', wait_seconds: expect.any(Number) });
  expect(ids()).toEqual(['1']);
  expect(await readWebhook(database.webhooks, webhook.webhook_id)).toMatchObject({
    failures: 1,
    last_failure: 'the receiver answered 500',
  });
  later(60_000);
  expect(await delivering(run)).toEqual(ENDED);
  expect(ids()).toEqual(['1', '1', '2']);
  expect(await readWebhook(database.webhooks, webhook.webhook_id)).not.toHaveProperty('failures');
  const [first] = await deliveries();
  expect(first?.latest_attempts).toMatchObject([{ status: 500 }, { status: 204 }]);
  expect(first).not.toHaveProperty('retry_at');
});

test('a run that wakes too early sends nothing', async () => {
  const run = await started(1);
  receiver.reply = () => ({ status: 503 });
  await delivering(run);
  expect(await delivering(run)).toMatchObject({ outcome: 'WAIT' });
  expect(ids()).toEqual(['1']);
});

test.each([200, 201, 202, 204, 299])('a receiver that answers %i has taken the event', async (status) => {
  receiver.reply = () => ({ status });
  expect(await delivering(await started(1))).toEqual(ENDED);
});

test.each([199 + 101, 301, 307, 400, 401, 404, 409, 429, 500, 503])(
  'a receiver that answers %i has not taken the event',
  async (status) => {
    receiver.reply = () => ({ status, headers: { location: receiver.url } });
    expect(await delivering(await started(1))).toMatchObject({ outcome: 'WAIT' });
    expect(ids()).toEqual(['1']);
  },
);

test('an event whose receipt could not be recorded is sent again under the same id', async () => {
  const run = await started(1);
  const unwritable = { ...database.deliveries, client: withoutAttempts() };
  await expect(delivering(run, { deliveries: unwritable })).rejects.toThrow('killed');
  expect(await delivering(run)).toEqual(ENDED);
  expect(ids()).toEqual(['1', '1']);
});

/** The process dies between the receiver's answer and the write of it. */
function withoutAttempts() {
  const { client } = database.deliveries;
  const send = async (command: { readonly input: { readonly UpdateExpression?: string } }): Promise<unknown> => {
    if (command.input.UpdateExpression?.includes('latest_attempts')) {
      throw new Error('killed');
    }
    return client.send(command as never);
  };
  return { ...client, send } as unknown as typeof client;
}

test('the delays grow to four hours, and after 24 hours the webhook is switched off with a notice', async () => {
  const run = await started(1);
  receiver.reply = () => ({ status: 500 });
  const begin = Date.now();
  const waits: number[] = [];
  let outcome = await delivering(run);
  while (outcome.outcome === 'WAIT' && waits.length < 60) {
    waits.push(outcome.wait_seconds);
    later(outcome.wait_seconds * 1_000 + 1_000);
    outcome = await delivering(run);
  }
  expect(outcome).toEqual(ENDED);
  // The last pause ends with the 24 hours, however long those before were.
  expect(Date.now() - begin).toBeGreaterThan(24 * HOUR_MS);
  expect(Date.now() - begin).toBeLessThan(24 * HOUR_MS + 300_000);
  expect(waits[0]).toBeGreaterThanOrEqual(5);
  expect(waits[0]).toBeLessThanOrEqual(7);
  expect(Math.max(...waits)).toBeLessThanOrEqual(4.9 * 3_600);
  expect(receiver.received.length).toBeGreaterThanOrEqual(11);
  expect(receiver.received.length).toBeLessThanOrEqual(20);
  expect(await readWebhook(database.webhooks, webhook.webhook_id)).toMatchObject({
    disabled_at: expect.any(String),
    disabled_reason: `the event ${orderId}-1 was not taken for 24 hours; at last the receiver answered 500`,
  });
  expect(log.lines.filter(({ level }) => level === 'ERROR')).toMatchObject([
    { message: 'a webhook was switched off', webhook_id: webhook.webhook_id },
  ]);
  expect(await deliveries()).toMatchObject([{ delivery_state: 'WAITING' }]);
});

test('an event that waited since before its webhook was switched on again has another 24 hours', async () => {
  receiver.reply = () => ({ status: 503 });
  await delivering(await started(1));
  later(30 * HOUR_MS);
  const reason = 'another event was not taken for 24 hours';
  await switchOff(database.webhooks, webhook.webhook_id, reason, new Date());
  await switchOn(database.webhooks, webhook.webhook_id, new Date());
  const run = await furtherRun(database.deliveries, { webhookId: webhook.webhook_id, orderId });
  if (run === undefined) {
    throw new Error('a run sends already');
  }
  const outcome = await delivering(run);
  expect(outcome).toMatchObject({ outcome: 'WAIT' });
  expect(outcome.outcome === 'WAIT' && outcome.wait_seconds).toBeLessThanOrEqual(7);
  expect(await readWebhook(database.webhooks, webhook.webhook_id)).not.toHaveProperty('disabled_at');

  later(25 * HOUR_MS);
  expect(await delivering(run)).toEqual(ENDED);
  expect(await readWebhook(database.webhooks, webhook.webhook_id)).toHaveProperty('disabled_at');
});

test('a receiver that answers 410 is switched off at once, and gets nothing more', async () => {
  receiver.reply = () => ({ status: 410 });
  expect(await delivering(await started(1, 2))).toEqual(ENDED);
  expect(ids()).toEqual(['1']);
  expect(await readWebhook(database.webhooks, webhook.webhook_id)).toMatchObject({
    disabled_reason: 'the receiver answered 410: it wants no more events',
  });
});

test('a webhook that was removed gets nothing more', async () => {
  const run = await started(1);
  await removeWebhook(database.webhooks, webhook.webhook_id);
  expect(await delivering(run)).toEqual(ENDED);
  expect(ids()).toEqual([]);
});

describe('a receiver that seems dead', () => {
  /** Fails so many deliveries, each of another order. */
  async function fail(count: number): Promise<void> {
    for (let number = 0; number < count; number += 1) {
      const order = newOrderId();
      const queue = { webhookId: webhook.webhook_id, orderId: order };
      const run = await addEvents(database.deliveries, queue, [event(1, order)], true);
      await delivering(run ?? { ...queue, run: 0 });
    }
  }

  test('is tried by one delivery at a time while the others wait', async () => {
    receiver.reply = () => ({ status: 500 });
    await fail(5);
    expect(receiver.received).toHaveLength(5);
    await fail(3);
    expect(receiver.received).toHaveLength(5);

    later(30_000);
    const others = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const order = newOrderId();
        const queue = { webhookId: webhook.webhook_id, orderId: order };
        return (await addEvents(database.deliveries, queue, [event(1, order)], true)) ?? { ...queue, run: 0 };
      }),
    );
    const outcomes = await Promise.all(others.map((run) => delivering(run)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'WAIT'));
    expect(receiver.received).toHaveLength(6);
  });

  test('gets everything again once one delivery was taken', async () => {
    receiver.reply = () => ({ status: 500 });
    await fail(5);
    receiver.reply = () => ({ status: 204 });
    later(30_000);
    expect(await delivering(await started(1))).toEqual(ENDED);
    await fail(2);
    expect(receiver.received).toHaveLength(8);
  });
});

test('a slow receiver takes no more than its share, so that others get their events meanwhile', async () => {
  const slow = await slowReceiver();
  const inFlight = new InFlight({ perWebhook: 2, inAll: 3 });
  const slowWebhook = await madeWebhook(slow.url);
  const blocked = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const order = newOrderId();
      const queue = { webhookId: slowWebhook.webhook_id, orderId: order };
      return (await addEvents(database.deliveries, queue, [event(1, order)], true)) ?? { ...queue, run: 0 };
    }),
  );
  const send = { loopback: 'allowed', timeoutMs: 1_500 } as const;
  const waiting = blocked.map((run) => delivering(run, { inFlight, send }));
  await hasReceived(slow, 2);
  expect(await delivering(await started(1), { inFlight, send })).toEqual(ENDED);
  expect((await Promise.all(waiting)).map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'WAIT'));
  expect(slow.received).toHaveLength(2);
});

test('receivers that are all slow take no more than the room for all, and what waited is sent later', async () => {
  const slow = await slowReceiver();
  const inFlight = new InFlight({ perWebhook: 2, inAll: 2 });
  const send = { loopback: 'allowed', timeoutMs: 1_500 } as const;
  const blocked = await Promise.all(
    [1, 2].map(async (path) => {
      const { webhook_id: webhookId } = await madeWebhook(`${slow.url}/${path}`);
      const queue = { webhookId, orderId: newOrderId() };
      return (await addEvents(database.deliveries, queue, [event(1, queue.orderId)], true)) ?? { ...queue, run: 0 };
    }),
  );
  const waiting = blocked.map((run) => delivering(run, { inFlight, send }));
  await hasReceived(slow, 2);
  const run = await started(1);
  expect(await delivering(run, { inFlight, send })).toMatchObject({ outcome: 'WAIT' });
  expect(receiver.received).toHaveLength(0);
  await Promise.all(waiting);
  expect(await delivering(run, { inFlight, send })).toEqual(ENDED);
  expect(receiver.received).toHaveLength(1);
});

describe('runs of a queue', () => {
  test('an event that is queued while a run sends is sent by that run', async () => {
    const run = await started(1);
    receiver.reply = async () => {
      if (receiver.received.length === 1) {
        expect(await queued(2)).toBeUndefined();
      }
      return { status: 204 };
    };
    expect(await delivering(run)).toEqual(ENDED);
    expect(ids()).toEqual(['1', '2']);
  });

  test('a run whose place was taken sends nothing more', async () => {
    const run = await started(1);
    later(HOUR_MS);
    const next = await furtherRun(database.deliveries, run);
    expect(next).toMatchObject({ run: run.run + 1 });
    expect(await delivering(run)).toEqual(ENDED);
    expect(ids()).toEqual([]);
    expect(await delivering(next ?? run)).toEqual(ENDED);
    expect(ids()).toEqual(['1']);
  });

  test('no further run takes the place of one that waits for its next try', async () => {
    const run = await started(1);
    receiver.reply = () => ({ status: 500 });
    await delivering(run);
    later(60_000);
    expect(await furtherRun(database.deliveries, run)).toBeUndefined();
    later(HOUR_MS);
    expect(await furtherRun(database.deliveries, run)).toBeDefined();
  });

  test.each([
    ['first', 204, []],
    ['first', 503, []],
    ['second', 204, ['1']],
    ['second', 503, ['1']],
  ])(
    'a replay during the %s try, which is answered with %i, sends the event once more at once',
    async (_try, status, before) => {
      const run = await started(1);
      if (before.length > 0) {
        receiver.reply = () => ({ status: 503 });
        await delivering(run);
        later(60_000);
      }
      const queue = { webhookId: webhook.webhook_id, orderId };
      receiver.reply = async () => {
        if (receiver.received.length > before.length + 1) {
          return { status: 204 };
        }
        expect(await replayDeliveries(database.deliveries, queue, await deliveries())).toBeUndefined();
        return { status };
      };
      expect(await delivering(run)).toEqual(ENDED);
      expect(ids()).toEqual([...before, '1', '1']);
      expect(await deliveries()).toMatchObject([{ delivery_state: 'DELIVERED' }]);
      expect(await readWebhook(database.webhooks, webhook.webhook_id)).not.toHaveProperty('failures');
    },
  );

  test('a replay sends an event once more under its id, in a run of its own', async () => {
    await delivering(await started(1, 2));
    const [first] = await deliveries();
    const run = await replayDeliveries(
      database.deliveries,
      { webhookId: webhook.webhook_id, orderId },
      first ? [first] : [],
    );
    expect(run).toBeDefined();
    expect(await delivering(run ?? { webhookId: '', orderId, run: 0 })).toEqual(ENDED);
    expect(ids()).toEqual(['1', '2', '1']);
  });
});
