import { beforeEach, expect, test } from '@jest/globals';
import { interpose } from '../../tests/support/dynamodb-requests.ts';
import { httpEvent, read, type TestRequest } from '../../tests/support/http-event.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { createExecutions } from '../orders/executions.ts';
import { EVENT_TYPES } from '../orders/order-event.ts';
import { newSecret, type Webhook } from '../webhooks/webhook.ts';
import { addWebhook, MAX_WEBHOOKS, readWebhook, recordFailure } from '../webhooks/webhook-table.ts';
import { createHandler as createHandlerOf } from './create-webhook.ts';
import type { Endpoint } from './endpoint.ts';
import { createHandler as renewHandler } from './renew-webhook-secret.ts';
import { createHandler as replayHandler } from './replay-webhook.ts';
import { webhookView } from './webhook-view.ts';

const database = withOrderTable('test');
const stepFunctions = withStepFunctions();

function all() {
  return {
    webhooks: database.webhooks,
    deliveries: database.deliveries,
    executions: createExecutions(stepFunctions.client, 'arn:aws:states:us-east-1:0:stateMachine:webhook-delivery'),
    rules: { loopback: 'refused', resolve: () => Promise.reject(new TypeError('broken')) } as const,
  };
}

function send(endpoint: Endpoint, request: TestRequest) {
  return endpoint(httpEvent({ owner: 'olaf', role: 'operator', ...request })).then(read);
}

const WEBHOOK: Webhook = {
  webhook_id: 'wh_00000000000000aa',
  receiver_url: 'https://1.1.1.1/',
  event_types: [...EVENT_TYPES],
  secrets: [{ secret: newSecret() }],
  created_at: '2026-11-28T12:00:00.000Z',
};
const { webhook_id } = WEBHOOK;

beforeEach(() => addWebhook(database.webhooks, WEBHOOK));

test('a webhook is shown with its failures and with why it is off, and never with its secrets', () => {
  const shown = { webhook_id, url: WEBHOOK.receiver_url, events: [...EVENT_TYPES], created_at: WEBHOOK.created_at };
  const failing = { failures: 1, failing_since: '2026-11-28T13:00:00.000Z', last_failure: 'it answered 500' };
  const off = { disabled_at: '2026-11-29T12:00:00.000Z', disabled_reason: 'it answered 410' };
  const { failures: _count, ...shownFailing } = failing;
  expect(webhookView(WEBHOOK)).toEqual({ ...shown, state: 'ACTIVE' });
  expect(webhookView({ ...WEBHOOK, ...failing })).toEqual({ ...shown, ...shownFailing, state: 'FAILING' });
  expect(webhookView({ ...WEBHOOK, ...failing, ...off })).toEqual({
    ...shown,
    ...shownFailing,
    ...off,
    state: 'SWITCHED_OFF',
  });
});

test('a new webhook is answered whole, and kept as it was answered', async () => {
  const { data } = await send(createHandlerOf(all), { body: { url: 'https://8.8.8.8/x', events: ['order.paid'] } });
  const made = data as { readonly webhook_id: string; readonly secret: string };
  expect(made).toEqual({
    webhook_id: expect.stringMatching(/^wh_[0-9a-f]{16}$/),
    url: 'https://8.8.8.8/x',
    events: ['order.paid'],
    state: 'ACTIVE',
    created_at: expect.any(String),
    secret: expect.stringMatching(/^whsec_/),
  });
  expect(await readWebhook(database.webhooks, made.webhook_id)).toMatchObject({
    receiver_url: 'https://8.8.8.8/x',
    event_types: ['order.paid'],
    secrets: [{ secret: made.secret }],
  });
});

test('a URL that has a webhook, and one webhook too many, are refused with what to delete', async () => {
  const create = (url: string) => send(createHandlerOf(all), { body: { url } });
  expect((await create('https://1.1.1.1')).data).toBe(`webhook ${webhook_id} has this URL; delete it for another one`);
  for (let number = 1; number < MAX_WEBHOOKS; number += 1) {
    expect(await create(`https://8.8.8.8/${number}`)).toMatchObject({ statusCode: 201 });
  }
  expect(await create('https://8.8.4.4/')).toMatchObject({
    statusCode: 409,
    data: `there are ${MAX_WEBHOOKS} webhooks already; delete one first`,
  });
});

test('a URL that must not be used is refused in words, and a fault of ours is not taken for one', async () => {
  expect(await send(createHandlerOf(all), { body: { url: 'http://1.1.1.1/' } })).toMatchObject({
    statusCode: 400,
    data: 'url: must begin with https://',
    meta: { errors: [{ path: 'url', message: 'must begin with https://' }] },
  });
  const broken = () => ({
    ...all(),
    rules: {
      get loopback(): 'refused' {
        throw new TypeError('broken');
      },
    },
  });
  expect(await send(createHandlerOf(broken), { body: { url: 'https://1.1.1.1/y' } })).toMatchObject({
    statusCode: 500,
  });
});

test('two secrets at once: one of the requests is asked to try again, and no secret is lost', async () => {
  const renew = renewHandler(all);
  interpose(database.webhooks.client, 'UpdateItemCommand', () => send(renew, { body: { webhook_id } }));
  expect(await send(renew, { body: { webhook_id } })).toMatchObject({
    statusCode: 503,
    data: 'the webhook was changed at the same time; try again',
    meta: { code: 'WEBHOOKS_UNAVAILABLE' },
  });
  expect((await readWebhook(database.webhooks, webhook_id))?.secrets).toHaveLength(2);
});

test('the answer to a new secret says until when the earlier one signs, as it is kept', async () => {
  const { data } = await send(renewHandler(all), { body: { webhook_id } });
  const renewed = data as { readonly secret: string; readonly earlier_secret_until: string };
  expect(renewed).toEqual({ webhook_id, secret: expect.any(String), earlier_secret_until: expect.any(String) });
  expect((await readWebhook(database.webhooks, webhook_id))?.secrets).toEqual([
    { ...WEBHOOK.secrets[0], until: renewed.earlier_secret_until },
    { secret: renewed.secret },
  ]);
});

test('a replay lets a failing webhook be tried at once, and leaves one that works as it is', async () => {
  const replay = () => send(replayHandler(all), { body: { webhook_id, since: '2026-11-28T12:00:00Z' } });
  await replay();
  expect(await readWebhook(database.webhooks, webhook_id)).toEqual(WEBHOOK);
  const at = new Date();
  await recordFailure(database.webhooks, webhook_id, { at, what: 'it answered 500', nextTryAt: at });
  expect((await replay()).data).toEqual({ replayed: 0 });
  expect(await readWebhook(database.webhooks, webhook_id)).not.toHaveProperty('failures');
});
