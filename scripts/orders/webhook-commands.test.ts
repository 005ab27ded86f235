import { text as bodyText } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHandler as createWebhook } from '../../functions/http/create-webhook.ts';
import { createHandler as deleteWebhook } from '../../functions/http/delete-webhook.ts';
import type { Endpoint } from '../../functions/http/endpoint.ts';
import { createHandler as listWebhooks } from '../../functions/http/list-webhooks.ts';
import { createHandler as renewSecret } from '../../functions/http/renew-webhook-secret.ts';
import { createHandler as replayWebhook } from '../../functions/http/replay-webhook.ts';
import { createHandler as webhookDeliveries } from '../../functions/http/webhook-deliveries.ts';
import { createExecutions } from '../../functions/orders/executions.ts';
import { newOrderId } from '../../functions/orders/new-order.ts';
import { addEvents } from '../../functions/webhooks/delivery-queue.ts';
import { switchOff } from '../../functions/webhooks/webhook-table.ts';
import { httpEvent } from '../../tests/support/http-event.ts';
import { type HttpServer, startHttpServer } from '../../tests/support/http-server.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { UsageError } from './arguments.ts';
import { runCommand } from './commands.ts';
import { type OrdersApi, OrdersApiError, openOrdersApi } from './orders-api.ts';

// The commands against the real endpoints, behind a server that calls everybody an operator.
const database = withOrderTable();
const stepFunctions = withStepFunctions();
let server: HttpServer;
let api: OrdersApi;

function all() {
  return {
    webhooks: database.webhooks,
    deliveries: database.deliveries,
    executions: createExecutions(stepFunctions.client, 'arn:aws:states:us-east-1:0:stateMachine:webhook-delivery'),
    rules: { loopback: 'refused', resolve: async () => ['1.1.1.1'] },
  } as const;
}
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET /webhooks': listWebhooks(all),
  'POST /webhooks': createWebhook(all),
  'POST /webhooks/secret': renewSecret(all),
  'GET /webhooks/deliveries': webhookDeliveries(all),
  'POST /webhooks/replay': replayWebhook(all),
  'DELETE /webhooks/id': deleteWebhook(all),
};

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, id] = /^\/webhooks\/(wh_.*)$/.exec(pathname) ?? [];
    const body = await bodyText(request);
    const event = httpEvent({
      ...(body !== '' && { body }),
      query: Object.fromEntries(searchParams),
      owner: 'olaf',
      role: 'operator',
    });
    const endpoint = ENDPOINTS[`${request.method} ${id === undefined ? pathname : '/webhooks/id'}`];
    const answer = await endpoint?.({ ...event, ...(id !== undefined && { pathParameters: { id } }) });
    response.writeHead(answer?.statusCode ?? 404).end(answer?.body ?? '<html>');
  });
  api = openOrdersApi({ url: `${server.url}/` });
});

afterAll(async () => {
  await server.close();
});

function command(line: string): ReturnType<typeof runCommand> {
  return runCommand(line.split(' '), api);
}

test('a webhook is made, listed, sent events again, given another secret and removed', async () => {
  expect((await command('webhooks')).text).toBe('no webhooks');
  const made = await command('webhooks add https://shop.example/orders --events order.paid,order.confirmed');
  const { webhook_id, secret, events } = made.data as { webhook_id: string; secret: string; events: string[] };
  expect(events).toEqual(['order.paid', 'order.confirmed']);
  expect(made.text).toContain(secret);

  const orderId = newOrderId();
  const created_at = '2026-11-28T12:00:00.000Z';
  const data = { order_id: orderId, status: 'PAID', lines: [], created_at } as const;
  const event = { id: `${orderId}-4`, type: 'order.paid', orderId, at: created_at, data } as const;
  await addEvents(database.deliveries, { webhookId: webhook_id, orderId }, [event], false);
  expect((await command(`webhooks deliveries ${webhook_id}`)).text).toContain(`${orderId}-4  order.paid  WAITING`);

  await addEvents(database.deliveries, { webhookId: webhook_id, orderId }, [{ ...event, id: `${orderId}-5` }], false);
  const { text } = await command(`webhooks deliveries ${webhook_id} --limit 1`);
  const [, cursor] = /^There are more: --cursor (\S+)$/m.exec(text) ?? [];
  const rest = (await command(`webhooks deliveries ${webhook_id} --limit 1 --cursor ${cursor}`)).text;
  expect([text, rest].map((page) => /-[45](?= {2}order.paid)/.exec(page)?.[0]).toSorted()).toEqual(['-4', '-5']);

  await switchOff(database.webhooks, webhook_id, 'it was away for a day', new Date());
  expect((await command('webhooks')).text).toMatch(
    /SWITCHED_OFF {2}https:\/\/shop.example\/orders .* it was away for a day/,
  );
  expect((await command(`webhooks replay ${webhook_id} ${orderId}-4 nonsense`)).text).toBe(
    '1 events are sent again\nthere is no event nonsense for this webhook',
  );
  expect((await command('webhooks')).text).toContain('ACTIVE');
  expect((await command(`webhooks replay ${webhook_id} --since 2020-01-01T00:00:00Z`)).data).toEqual({ replayed: 2 });

  const renewed = await command(`webhooks secret ${webhook_id}`);
  expect(renewed.data).toMatchObject({ secret: expect.stringMatching(/^whsec_/) });
  expect(renewed.text).not.toContain(secret);
  expect((await command(`webhooks remove ${webhook_id}`)).text).toBe(`${webhook_id} gets nothing more`);
  await expect(command(`webhooks remove ${webhook_id}`)).rejects.toThrow(OrdersApiError);
});

test.each([
  'webhooks unknown',
  'webhooks add',
  'webhooks add one two',
  'webhooks deliveries',
  'webhooks replay',
  'webhooks replay wh_1',
  'webhooks replay wh_1 event --since 2026-11-28T00:00:00Z',
  'webhooks --status PAID',
])('%s is refused by its usage', async (line) => {
  await expect(async () => command(line)).rejects.toThrow(UsageError);
});
