import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../embedded/eventually.ts';
import { ENDED, HOUR_MS, later, withWebhookDeliveries } from '../../tests/support/webhook-deliveries.ts';
import type { WebhookReceiver } from '../../verification/client/webhook-receiver.ts';
import { InFlight } from './deliver.ts';
import { furtherRun } from './delivery-queue.ts';
import { readWebhook, switchOff, switchOn } from './webhook-table.ts';

const shop = withWebhookDeliveries();

test('the delays grow to four hours, and after 24 hours the webhook is switched off with a notice', async () => {
  const run = await shop.started(1);
  shop.receiver.reply = () => ({ status: 500 });
  const begin = Date.now();
  const waits: number[] = [];
  let outcome = await shop.delivering(run);
  while (outcome.outcome === 'WAIT' && waits.length < 60) {
    waits.push(outcome.wait_seconds);
    later(outcome.wait_seconds * 1_000 + 1_000);
    outcome = await shop.delivering(run);
  }
  expect(outcome).toEqual(ENDED);
  // The last pause ends with the 24 hours, however long those before were.
  expect(Date.now() - begin).toBeGreaterThan(24 * HOUR_MS);
  expect(Date.now() - begin).toBeLessThan(24 * HOUR_MS + 300_000);
  expect(waits[0]).toBeGreaterThanOrEqual(5);
  expect(waits[0]).toBeLessThanOrEqual(7);
  expect(Math.max(...waits)).toBeLessThanOrEqual(4.9 * 3_600);
  expect(shop.receiver.received.length).toBeGreaterThanOrEqual(11);
  expect(shop.receiver.received.length).toBeLessThanOrEqual(20);
  expect(await readWebhook(shop.database.webhooks, shop.webhook.webhook_id)).toMatchObject({
    disabled_at: expect.any(String),
    disabled_reason: `the event ${shop.queue.orderId}-1 was not taken for 24 hours; at last the receiver answered 500`,
  });
  expect(shop.log.lines.filter(({ level }) => level === 'ERROR')).toMatchObject([
    { message: 'a webhook was switched off', webhook_id: shop.webhook.webhook_id },
  ]);
  expect(await shop.deliveries()).toMatchObject([{ delivery_state: 'WAITING' }]);
});

test('an event that waited since before its webhook was switched on again has another 24 hours', async () => {
  shop.receiver.reply = () => ({ status: 503 });
  await shop.delivering(await shop.started(1));
  later(30 * HOUR_MS);
  const reason = 'another event was not taken for 24 hours';
  await switchOff(shop.database.webhooks, shop.webhook.webhook_id, reason, new Date());
  await switchOn(shop.database.webhooks, shop.webhook.webhook_id, new Date());
  const run = await furtherRun(shop.database.deliveries, shop.queue);
  if (run === undefined) {
    throw new Error('a run sends already');
  }
  const outcome = await shop.delivering(run);
  expect(outcome).toMatchObject({ outcome: 'WAIT' });
  expect(outcome.outcome === 'WAIT' && outcome.wait_seconds).toBeLessThanOrEqual(7);
  expect(await readWebhook(shop.database.webhooks, shop.webhook.webhook_id)).not.toHaveProperty('disabled_at');

  later(25 * HOUR_MS);
  expect(await shop.delivering(run)).toEqual(ENDED);
  expect(await readWebhook(shop.database.webhooks, shop.webhook.webhook_id)).toHaveProperty('disabled_at');
});

test('a receiver that answers 410 is switched off at once, and gets nothing more', async () => {
  shop.receiver.reply = () => ({ status: 410 });
  expect(await shop.delivering(await shop.started(1, 2))).toEqual(ENDED);
  expect(shop.ids()).toEqual(['1']);
  expect(await readWebhook(shop.database.webhooks, shop.webhook.webhook_id)).toMatchObject({
    disabled_reason: 'the receiver answered 410: it wants no more events',
  });
});

describe('a receiver that seems dead', () => {
  /** Fails so many deliveries, each of another order. */
  async function fail(count: number): Promise<void> {
    for (let number = 0; number < count; number += 1) {
      await shop.delivering(await shop.startedElsewhere(shop.webhook.webhook_id));
    }
  }

  test('is tried by one delivery at a time while the others wait', async () => {
    shop.receiver.reply = () => ({ status: 500 });
    await fail(5);
    expect(shop.receiver.received).toHaveLength(5);
    await fail(3);
    expect(shop.receiver.received).toHaveLength(5);

    later(30_000);
    const others = await Promise.all(Array.from({ length: 6 }, () => shop.startedElsewhere(shop.webhook.webhook_id)));
    const outcomes = await Promise.all(others.map((run) => shop.delivering(run)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'WAIT'));
    expect(shop.receiver.received).toHaveLength(6);
  });

  test('gets everything again once one delivery was taken', async () => {
    shop.receiver.reply = () => ({ status: 500 });
    await fail(5);
    shop.receiver.reply = () => ({ status: 204 });
    later(30_000);
    expect(await shop.delivering(await shop.started(1))).toEqual(ENDED);
    await fail(2);
    expect(shop.receiver.received).toHaveLength(8);
  });
});

test('a slow receiver takes no more than its share, so that others get their events meanwhile', async () => {
  const slow = await shop.slowReceiver();
  const inFlight = new InFlight({ perWebhook: 2, inAll: 3 });
  const slowWebhook = await shop.madeWebhook(slow.url);
  const blocked = await Promise.all(Array.from({ length: 5 }, () => shop.startedElsewhere(slowWebhook.webhook_id)));
  const send = { loopback: 'allowed', timeoutMs: 1_500 } as const;
  const waiting = blocked.map((run) => shop.delivering(run, { inFlight, send }));
  await hasReceived(slow, 2);
  expect(await shop.delivering(await shop.started(1), { inFlight, send })).toEqual(ENDED);
  expect((await Promise.all(waiting)).map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'WAIT'));
  expect(slow.received).toHaveLength(2);
});

test('receivers that are all slow take no more than the room for all, and what waited is sent later', async () => {
  const slow = await shop.slowReceiver();
  const inFlight = new InFlight({ perWebhook: 2, inAll: 2 });
  const send = { loopback: 'allowed', timeoutMs: 1_500 } as const;
  const blocked = await Promise.all(
    [1, 2].map(async (path) => {
      const { webhook_id: webhookId } = await shop.madeWebhook(`${slow.url}/${path}`);
      return shop.startedElsewhere(webhookId);
    }),
  );
  const waiting = blocked.map((run) => shop.delivering(run, { inFlight, send }));
  await hasReceived(slow, 2);
  const run = await shop.started(1);
  expect(await shop.delivering(run, { inFlight, send })).toMatchObject({ outcome: 'WAIT' });
  expect(shop.receiver.received).toHaveLength(0);
  await Promise.all(waiting);
  expect(await shop.delivering(run, { inFlight, send })).toEqual(ENDED);
  expect(shop.receiver.received).toHaveLength(1);
});

function hasReceived(slow: WebhookReceiver, count: number): Promise<unknown> {
  return eventually(async () => slow.received.length >= count || undefined, { pollMs: 10, what: 'its requests' });
}
