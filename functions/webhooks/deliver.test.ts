import { describe, expect, test } from '@jest/globals';
import { ENDED, HOUR_MS, later, withWebhookDeliveries } from '../../tests/support/webhook-deliveries.ts';
import { furtherRun, replayDeliveries } from './delivery-queue.ts';
import { readQueue } from './delivery-table.ts';
import { readWebhook, removeWebhook } from './webhook-table.ts';

const shop = withWebhookDeliveries();

test('the events of a queue arrive in their order, and the queue ends', async () => {
  const run = await shop.started(1, 2, 3);
  expect(await shop.delivering(run)).toEqual(ENDED);
  expect(shop.ids()).toEqual(['1', '2', '3']);
  expect((await shop.deliveries()).map(({ delivery_state, attempts }) => `${delivery_state} ${attempts}`)).toEqual([
    'DELIVERED 1',
    'DELIVERED 1',
    'DELIVERED 1',
  ]);
  expect(await readQueue(shop.database.deliveries, run)).not.toHaveProperty('delivery_due');
});

test('an event that the receiver does not take is tried again before any later one is sent', async () => {
  const run = await shop.started(1, 2);
  shop.receiver.reply = () => ({ status: shop.receiver.received.length === 1 ? 500 : 204 });
  expect(await shop.delivering(run)).toMatchObject({ outcome: 'WAIT', wait_seconds: expect.any(Number) });
  expect(shop.ids()).toEqual(['1']);
  expect(await readWebhook(shop.database.webhooks, shop.webhook.webhook_id)).toMatchObject({
    failures: 1,
    last_failure: 'the receiver answered 500',
  });
  later(60_000);
  expect(await shop.delivering(run)).toEqual(ENDED);
  expect(shop.ids()).toEqual(['1', '1', '2']);
  expect(await readWebhook(shop.database.webhooks, shop.webhook.webhook_id)).not.toHaveProperty('failures');
  const [first] = await shop.deliveries();
  expect(first?.latest_attempts).toMatchObject([{ status: 500 }, { status: 204 }]);
  expect(first).not.toHaveProperty('retry_at');
});

test('a run that wakes too early sends nothing', async () => {
  const run = await shop.started(1);
  shop.receiver.reply = () => ({ status: 503 });
  await shop.delivering(run);
  expect(await shop.delivering(run)).toMatchObject({ outcome: 'WAIT' });
  expect(shop.ids()).toEqual(['1']);
});

test.each([200, 201, 202, 204, 299])('a receiver that answers %i has taken the event', async (status) => {
  shop.receiver.reply = () => ({ status });
  expect(await shop.delivering(await shop.started(1))).toEqual(ENDED);
});

test.each([199 + 101, 301, 307, 400, 401, 404, 409, 429, 500, 503])(
  'a receiver that answers %i has not taken the event',
  async (status) => {
    shop.receiver.reply = () => ({ status, headers: { location: shop.receiver.url } });
    expect(await shop.delivering(await shop.started(1))).toMatchObject({ outcome: 'WAIT' });
    expect(shop.ids()).toEqual(['1']);
  },
);

test('an event whose receipt could not be recorded is sent again under the same id', async () => {
  const run = await shop.started(1);
  const unwritable = { ...shop.database.deliveries, client: withoutAttempts() };
  await expect(shop.delivering(run, { deliveries: unwritable })).rejects.toThrow('killed');
  expect(await shop.delivering(run)).toEqual(ENDED);
  expect(shop.ids()).toEqual(['1', '1']);
});

/** The process dies between the receiver's answer and the write of it. */
function withoutAttempts() {
  const { client } = shop.database.deliveries;
  const send = async (command: { readonly input: { readonly UpdateExpression?: string } }): Promise<unknown> => {
    if (command.input.UpdateExpression?.includes('latest_attempts')) {
      throw new Error('killed');
    }
    return client.send(command as never);
  };
  return { ...client, send } as unknown as typeof client;
}

test('a webhook that was removed gets nothing more', async () => {
  const run = await shop.started(1);
  await removeWebhook(shop.database.webhooks, shop.webhook.webhook_id);
  expect(await shop.delivering(run)).toEqual(ENDED);
  expect(shop.ids()).toEqual([]);
});

describe('runs of a queue', () => {
  test('an event that is queued while a run sends is sent by that run', async () => {
    const run = await shop.started(1);
    shop.receiver.reply = async () => {
      if (shop.receiver.received.length === 1) {
        expect(await shop.queued(2)).toBeUndefined();
      }
      return { status: 204 };
    };
    expect(await shop.delivering(run)).toEqual(ENDED);
    expect(shop.ids()).toEqual(['1', '2']);
  });

  test('a run whose place was taken sends nothing more', async () => {
    const run = await shop.started(1);
    later(HOUR_MS);
    const next = await furtherRun(shop.database.deliveries, run);
    expect(next).toMatchObject({ run: run.run + 1 });
    expect(await shop.delivering(run)).toEqual(ENDED);
    expect(shop.ids()).toEqual([]);
    expect(await shop.delivering(next ?? run)).toEqual(ENDED);
    expect(shop.ids()).toEqual(['1']);
  });

  test('no further run takes the place of one that waits for its next try', async () => {
    const run = await shop.started(1);
    shop.receiver.reply = () => ({ status: 500 });
    await shop.delivering(run);
    later(60_000);
    expect(await furtherRun(shop.database.deliveries, run)).toBeUndefined();
    later(HOUR_MS);
    expect(await furtherRun(shop.database.deliveries, run)).toBeDefined();
  });

  test.each([
    ['first', 204, []],
    ['first', 503, []],
    ['second', 204, ['1']],
    ['second', 503, ['1']],
  ])(
    'a replay during the %s try, which is answered with %i, sends the event once more at once',
    async (_try, status, before) => {
      const run = await shop.started(1);
      if (before.length > 0) {
        shop.receiver.reply = () => ({ status: 503 });
        await shop.delivering(run);
        later(60_000);
      }
      shop.receiver.reply = async () => {
        if (shop.receiver.received.length > before.length + 1) {
          return { status: 204 };
        }
        expect(await replayDeliveries(shop.database.deliveries, shop.queue, await shop.deliveries())).toBeUndefined();
        return { status };
      };
      expect(await shop.delivering(run)).toEqual(ENDED);
      expect(shop.ids()).toEqual([...before, '1', '1']);
      expect(await shop.deliveries()).toMatchObject([{ delivery_state: 'DELIVERED' }]);
      expect(await readWebhook(shop.database.webhooks, shop.webhook.webhook_id)).not.toHaveProperty('failures');
    },
  );

  test('a replay sends an event once more under its id, in a run of its own', async () => {
    await shop.delivering(await shop.started(1, 2));
    const [first] = await shop.deliveries();
    const run = await replayDeliveries(shop.database.deliveries, shop.queue, first ? [first] : []);
    expect(run).toBeDefined();
    expect(await shop.delivering(run ?? { ...shop.queue, run: 0 })).toEqual(ENDED);
    expect(shop.ids()).toEqual(['1', '2', '1']);
  });
});
