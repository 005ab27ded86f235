import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { httpEvent, read, type TestRequest } from '../../tests/support/http-event.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { createExecutions } from '../orders/executions.ts';
import { newOrderId } from '../orders/new-order.ts';
import { EVENT_TYPES, type OrderEvent } from '../orders/order-event.ts';
import { addEvents, recordAttempt } from '../webhooks/delivery-queue.ts';
import { readDeliveries } from '../webhooks/delivery-table.ts';
import { signingSecrets } from '../webhooks/webhook.ts';
import { listWebhooks, MAX_WEBHOOKS, readWebhook, removeWebhook, switchOff } from '../webhooks/webhook-table.ts';
import { createWebhookOperation, listWebhooksOperation, webhookDeliveriesOperation } from './contract/webhooks.ts';
import { createHandler as createHandlerOf } from './create-webhook.ts';
import { createHandler as deleteHandler } from './delete-webhook.ts';
import type { Endpoint } from './endpoint.ts';
import { createHandler as listHandler } from './list-webhooks.ts';
import { createHandler as renewHandler } from './renew-webhook-secret.ts';
import { createHandler as replayHandler } from './replay-webhook.ts';
import { createHandler as deliveriesHandler } from './webhook-deliveries.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();
const OLAF = { owner: 'olaf', role: 'operator' };
const URL_1 = 'https://shop.example/orders';
const UNKNOWN_ID = 'wh_ffffffffffffffff';

function all() {
  return {
    webhooks: database.webhooks,
    deliveries: database.deliveries,
    executions: createExecutions(stepFunctions.client, 'arn:aws:states:us-east-1:0:stateMachine:webhook-delivery'),
    rules: {
      loopback: 'refused',
      resolve: async (name: string) => [name === 'inside.example' ? '10.0.0.1' : '1.1.1.1'],
    },
  } as const;
}

const ENDPOINTS = {
  create: createHandlerOf(all),
  list: listHandler(all),
  remove: deleteHandler(all),
  renew: renewHandler(all),
  deliveries: deliveriesHandler(all),
  replay: replayHandler(all),
} satisfies Readonly<Record<string, Endpoint>>;

async function send(endpoint: keyof typeof ENDPOINTS, request: TestRequest = {}, id?: string) {
  const event = { ...httpEvent({ ...OLAF, ...request }), ...(id !== undefined && { pathParameters: { id } }) };
  return read(await ENDPOINTS[endpoint](event));
}

async function made(url = URL_1, events?: readonly string[]) {
  const answer = await send('create', { body: { url, ...(events !== undefined && { events }) } });
  if (!('data' in createWebhookOperation.success)) {
    throw new Error('no data');
  }
  return createWebhookOperation.success.data.parse(answer.data) as { webhook_id: string; secret: string };
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

beforeEach(async () => {
  for (const { webhook_id } of await listWebhooks(database.webhooks)) {
    await removeWebhook(database.webhooks, webhook_id);
  }
});

describe('POST /webhooks', () => {
  test('makes a webhook for the types that were asked for, each once, and answers its secret', async () => {
    const answer = await send('create', {
      body: { url: URL_1, events: ['order.paid', 'order.paid', 'order.expired'] },
    });
    expect(answer).toMatchObject({
      statusCode: 201,
      data: {
        url: URL_1,
        events: ['order.paid', 'order.expired'],
        state: 'ACTIVE',
        secret: expect.stringMatching(/^whsec_/),
      },
    });
  });

  test('without events it asks for all', async () => {
    const { webhook_id } = await made();
    expect((await readWebhook(database.webhooks, webhook_id))?.event_types).toEqual([...EVENT_TYPES]);
  });

  test('a URL has one webhook, in whichever spelling it is written', async () => {
    await made();
    expect(await send('create', { body: { url: 'https://SHOP.example:443/orders' } })).toMatchObject({
      statusCode: 409,
      meta: { code: 'WEBHOOK_EXISTS' },
    });
  });

  test('there are no more webhooks than every event can be written for', async () => {
    for (let number = 0; number < MAX_WEBHOOKS; number += 1) {
      await made(`${URL_1}/${number}`);
    }
    expect(await send('create', { body: { url: URL_1 } })).toMatchObject({ meta: { code: 'TOO_MANY_WEBHOOKS' } });
  });

  test.each([
    [{ url: 'https://inside.example/' }, 'url'],
    [{ url: 'https://127.0.0.1/' }, 'url'],
    [{ url: 'http://shop.example/' }, 'url'],
    [{ url: 'shop' }, 'url'],
    [{}, 'url'],
    [{ url: URL_1, events: [] }, 'events'],
    [{ url: URL_1, events: ['order.unknown'] }, 'events[0]'],
    [{ url: URL_1, secret: 'mine' }, 'secret'],
  ])('%j is refused where the fault is', async (body, path) => {
    expect(await send('create', { body })).toMatchObject({ statusCode: 400, meta: { errors: [{ path }] } });
  });
});

test('GET /webhooks shows every webhook and no secret', async () => {
  const { secret } = await made();
  const off = await made(`${URL_1}/off`);
  await switchOff(database.webhooks, off.webhook_id, 'it answered 410', new Date());
  const answer = await send('list');
  expect(
    'data' in listWebhooksOperation.success && listWebhooksOperation.success.data.parse(answer.data),
  ).toMatchObject({
    webhooks: [
      { url: URL_1, state: 'ACTIVE' },
      { state: 'SWITCHED_OFF', disabled_reason: 'it answered 410' },
    ],
  });
  expect(JSON.stringify(answer)).not.toContain(secret);
});

test('DELETE /webhooks/{id} removes it, and then there is none', async () => {
  const { webhook_id } = await made();
  expect(await send('remove', {}, webhook_id)).toMatchObject({ statusCode: 200, data: { webhook_id } });
  expect(await send('remove', {}, webhook_id)).toMatchObject({ statusCode: 404, meta: { code: 'WEBHOOK_NOT_FOUND' } });
  expect(await send('remove', {}, 'nonsense')).toMatchObject({ statusCode: 400, meta: { errors: [{ path: 'id' }] } });
});

test('POST /webhooks/secret lets the earlier secret sign for 24 hours more, and no longer', async () => {
  const { webhook_id, secret } = await made();
  const answer = await send('renew', { body: { webhook_id } });
  const { secret: renewed } = answer.data as { secret: string };
  const webhook = await readWebhook(database.webhooks, webhook_id);
  if (webhook === undefined) {
    throw new Error('the webhook is gone');
  }
  const inHours = (hours: number) => signingSecrets(webhook, new Date(Date.now() + hours * 3_600_000));
  expect([inHours(23), inHours(25)]).toEqual([[renewed, secret], [renewed]]);
  expect(await send('renew', { body: { webhook_id: UNKNOWN_ID } })).toMatchObject({ statusCode: 404 });
});

test('POST /webhooks/secret twice in a day keeps the secret that the receiver knows, and few others', async () => {
  const { webhook_id, secret } = await made();
  const renewed: string[] = [];
  const renew = async () => {
    const answer = await send('renew', { body: { webhook_id } });
    renewed.unshift((answer.data as { secret: string }).secret);
    const webhook = await readWebhook(database.webhooks, webhook_id);
    return webhook === undefined ? [] : signingSecrets(webhook, new Date());
  };
  await renew();
  expect(await renew()).toEqual([...renewed, secret]);
  for (let count = 0; count < 6; count += 1) {
    await renew();
  }
  expect(await renew()).toEqual(renewed.slice(0, 6));
  const { secrets } = (await readWebhook(database.webhooks, webhook_id)) ?? {};
  expect(secrets?.filter(({ until }) => until === undefined)).toEqual([{ secret: renewed[0] }]);
});

describe('GET /webhooks/deliveries', () => {
  test('answers the events in pages, newest first', async () => {
    const { webhook_id } = await made();
    const orderIds = [newOrderId(), newOrderId(), newOrderId()];
    for (const [index, orderId] of orderIds.entries()) {
      const queue = { webhookId: webhook_id, orderId };
      await addEvents(database.deliveries, queue, [event(orderId, 1)], true, new Date(index * 1_000));
    }
    const first = await send('deliveries', { query: { webhook_id, limit: '2' } });
    const page = first.data as { deliveries: { order_id: string }[]; next_cursor: string };
    expect(
      'data' in webhookDeliveriesOperation.success && webhookDeliveriesOperation.success.data.safeParse(page).success,
    ).toBe(true);
    const rest = await send('deliveries', { query: { webhook_id, limit: '2', cursor: page.next_cursor } });
    const { deliveries } = rest.data as { deliveries: { order_id: string }[] };
    expect([...page.deliveries, ...deliveries].map(({ order_id }) => order_id)).toEqual(orderIds.toReversed());
  });

  test('refuses a cursor of another webhook, and one that is none', async () => {
    const { webhook_id } = await made();
    const position = { delivery_queue: 'q', delivery_entry: 'e', webhook_id: UNKNOWN_ID, queued_at: 'now' };
    for (const cursor of [Buffer.from(JSON.stringify(position)).toString('base64url'), 'nonsense']) {
      expect(await send('deliveries', { query: { webhook_id, cursor } })).toMatchObject({
        statusCode: 400,
        meta: { errors: [{ path: 'cursor' }] },
      });
    }
  });

  test('refuses a webhook that there is not', async () => {
    expect(await send('deliveries', { query: { webhook_id: UNKNOWN_ID } })).toMatchObject({ statusCode: 404 });
  });
});

describe('POST /webhooks/replay', () => {
  let webhook_id: string;
  let orderId: string;
  beforeEach(async () => {
    ({ webhook_id } = await made());
    orderId = newOrderId();
    const queue = { webhookId: webhook_id, orderId };
    // As for a webhook that is off, so that nothing sends. Both events were delivered.
    await addEvents(database.deliveries, queue, [event(orderId, 1), event(orderId, 2)], false);
    for (const delivery of await readDeliveries(database.deliveries, queue)) {
      await recordAttempt(database.deliveries, delivery, {
        delivery_state: 'DELIVERED',
        attempts: 1,
        latest_attempts: [],
        first_attempt_at: '2026-11-28T12:00:01.000Z',
        delivered_at: '2026-11-28T12:00:01.000Z',
      });
    }
  });

  async function states(): Promise<readonly string[]> {
    const deliveries = await readDeliveries(database.deliveries, { webhookId: webhook_id, orderId });
    return deliveries.map(({ delivery_state }) => delivery_state);
  }

  afterEach(() => removeWebhook(database.webhooks, webhook_id));

  function starts(): readonly unknown[] {
    return stepFunctions.calls.filter(({ action }) => action === 'StartExecution').map(({ input }) => input.input);
  }

  test('sends the events since a time once more, and starts one execution an order', async () => {
    const answer = await send('replay', { body: { webhook_id, since: '2020-01-01T00:00:00Z' } });
    expect(answer).toMatchObject({ statusCode: 202, data: { replayed: 2 } });
    expect(await states()).toEqual(['WAITING', 'WAITING']);
    expect(starts()).toEqual([expect.stringContaining(orderId)]);
    const none = await send('replay', { body: { webhook_id, since: '2100-01-01T00:00:00Z' } });
    expect(none).toMatchObject({ data: { replayed: 0 } });
  });

  test('sends events by their ids, and names those that the webhook has not', async () => {
    const event_ids = [`${orderId}-2`, `${orderId}-9`, 'nonsense'];
    expect(await send('replay', { body: { webhook_id, event_ids } })).toMatchObject({
      data: { replayed: 1, unknown: [`${orderId}-9`, 'nonsense'] },
    });
    expect(await states()).toEqual(['DELIVERED', 'WAITING']);
    expect(starts()).toEqual([expect.stringContaining(orderId)]);
  });

  test('of more events than one takes, next_since says where the next one goes on', async () => {
    for (let minute = 1; minute <= 11; minute += 1) {
      const queue = { webhookId: webhook_id, orderId: newOrderId() };
      const events = Array.from({ length: 95 }, (_, number) => event(queue.orderId, number + 1));
      const at = new Date(Date.parse('2026-11-28T12:00:00.000Z') + minute * 60_000);
      await addEvents(database.deliveries, queue, events, false, at);
    }
    const first = await send('replay', { body: { webhook_id, since: '2020-01-01T00:00:00Z' } });
    expect(first.data).toEqual({ replayed: 1_000, next_since: '2026-11-28T12:11:00.000Z' });
    const { next_since: since } = first.data as { next_since: string };
    const last = await send('replay', { body: { webhook_id, since } });
    expect(last.data).toEqual({ replayed: expect.any(Number) });
  });

  test('switches a webhook on again that was switched off', async () => {
    await switchOff(database.webhooks, webhook_id, 'it was not there', new Date());
    await send('replay', { body: { webhook_id, since: '2020-01-01T00:00:00Z' } });
    expect(await readWebhook(database.webhooks, webhook_id)).not.toHaveProperty('disabled_at');
  });

  test.each([
    [{ webhook_id: UNKNOWN_ID, since: '2020-01-01T00:00:00Z' }, 404],
    [{ webhook_id: 'x', since: '2020-01-01T00:00:00Z' }, 400],
    [{ webhook_id: UNKNOWN_ID }, 400],
    [{ webhook_id: UNKNOWN_ID, event_ids: [] }, 400],
    [{ webhook_id: UNKNOWN_ID, since: 'yesterday' }, 400],
  ])('%j is answered with %i', async (body, statusCode) => {
    expect(await send('replay', { body })).toMatchObject({ statusCode });
  });
});

test.each(Object.keys(ENDPOINTS) as (keyof typeof ENDPOINTS)[])('a customer may not call %s', async (endpoint) => {
  const { webhook_id } = await made();
  const body = { url: URL_1, webhook_id };
  const customer = { owner: 'ann', role: 'customer', body, query: { webhook_id } };
  expect(await send(endpoint, customer, webhook_id)).toMatchObject({ statusCode: 403 });
  expect(await listWebhooks(database.webhooks)).toHaveLength(1);
});
