import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../tests/support/http-server.ts';
import { KeepAliveTransport } from './http-transport.ts';
import { OrderApiClient } from './order-api-client.ts';

const ORDER = '3b241101-e2bb-4255-8caf-4136c566a962';

let server: HttpServer | undefined;
afterEach(() => server?.close());

interface Reply {
  readonly status: number;
  readonly data: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Heard {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly key: string | string[] | undefined;
  readonly apiKey: string | string[] | undefined;
  readonly body: string;
}

test('a request that is refused for now is sent again after Retry-After, with the same key, and each attempt is recorded', async () => {
  const { url, heard } = await apiThatAnswers(
    { status: 503, data: 'busy', headers: { 'retry-after': '0.01' } },
    { status: 202, data: { order_id: ORDER, status: 'PENDING' } },
  );
  const client = new OrderApiClient(url, { headers: { 'x-api-key': 'secret' }, scenario: 'buys' });
  expect(await client.place({ list: [{ id: 'pen', count: 1 }], payment: { method: 'tok_visa' } })).toBe(ORDER);
  expect(heard.map(({ key, apiKey }) => [key, apiKey])).toEqual([
    [heard[0]?.key, 'secret'],
    [heard[0]?.key, 'secret'],
  ]);
  const idempotency_key = heard[0]?.key;
  expect(client.recorded.map(({ exchange }) => exchange)).toMatchObject([
    { call: 'place', scenario: 'buys', idempotency_key, outcome: { http_status: 503, retry_after: '0.01' } },
    { call: 'place', scenario: 'buys', idempotency_key, outcome: { http_status: 202 } },
  ]);
  expect(client.promises).toMatchObject([
    { kind: 'order-accepted', order_id: ORDER, idempotency_key },
    { kind: 'status-shown', order_id: ORDER, status: 'PENDING' },
  ]);
});

test('a request that is refused for longer than the patience lasts fails with the refusal', async () => {
  const { url, heard } = await apiThatAnswers({ status: 503, data: 'busy', headers: { 'retry-after': '0.01' } });
  const client = new OrderApiClient(url, { patienceMs: 500 });
  await expect(client.cancel(ORDER)).rejects.toThrow('/orders/cancel was answered with 503: "busy"');
  expect(heard.length).toBeGreaterThan(1);
});

test('a refusal for good is not repeated, and its envelope can be read', async () => {
  const { url, heard } = await apiThatAnswers({ status: 409, data: 'too late' });
  const client = new OrderApiClient(url);
  expect(await client.request({ path: '/orders/cancel', body: { order_id: ORDER } })).toMatchObject({
    status: 409,
    success: false,
    data: 'too late',
  });
  expect(heard).toMatchObject([{ method: 'POST', body: JSON.stringify({ order_id: ORDER }) }]);
  expect(client.recorded[0]?.exchange.order_ids).toEqual([ORDER]);
});

test('an answer without the envelope, or with another status in it, is an error', async () => {
  const { url } = await serverThat(({ url: path }, response) => {
    response.end(
      path === '/inventory/stocks' ? '{"hello":"world"}' : '{"status":202,"success":true,"meta":null,"data":0}',
    );
  });
  const client = new OrderApiClient(url);
  await expect(client.stocks()).rejects.toThrow('No envelope');
  await expect(client.order(ORDER)).rejects.toThrow('The envelope says 202');
});

test('data of another shape than its call has is an error', async () => {
  const { url } = await apiThatAnswers({ status: 200, data: false });
  await expect(new OrderApiClient(url).pay(ORDER, 'p')).rejects.toThrow('/payment/pay was answered with 200: false');
});

test.each([
  ['fetch', undefined],
  ['connections that are kept open', new KeepAliveTransport().send],
])('a connection that breaks off is recorded as silence with its code, over %s', async (_name, transport) => {
  const { url } = await serverThat((request) => request.socket.destroy());
  const client = new OrderApiClient(url, { ...(transport && { transport }) });
  const { exchange } = await client.send({ path: '/inventory/stocks' });
  expect(exchange.outcome).toMatchObject({
    kind: 'unanswered',
    error: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET): /),
  });
  await expect(client.stocks()).rejects.toThrow('No answer');
});

test('an answer that does not come in time is recorded as silence', async () => {
  const { url } = await serverThat(() => {});
  const client = new OrderApiClient(url, { answerWithinMs: 20 });
  expect((await client.send({ path: '/inventory/stocks' })).exchange.outcome.kind).toBe('unanswered');
});

test('a fault proxy’s answer is marked, and promises nothing', async () => {
  const headers = { 'x-injected': 'yes' };
  const { url } = await apiThatAnswers({ status: 202, data: { order_id: ORDER, status: 'PENDING' }, headers });
  const client = new OrderApiClient(url, { injectedHeader: 'x-injected' });
  await client.place({ list: [] });
  expect(client.recorded).toMatchObject([{ isInjected: true }]);
  expect(client.promises).toEqual([]);
});

test('the record of a request that is sent late counts from its planned time', async () => {
  const { url } = await apiThatAnswers({ status: 200, data: [] });
  const before = Date.now();
  const { exchange } = await new OrderApiClient(url).send({ path: '/inventory/stocks', lateMs: 60_000 });
  expect(exchange.elapsed_ms).toBeGreaterThanOrEqual(60_000);
  expect(Date.parse(exchange.at)).toBeLessThanOrEqual(before - 59_000);
});

test('an order is watched until it is in a status, and another end is an error', async () => {
  const view = (status: string): Reply => ({ status: 200, data: { order_id: ORDER, status, timeline: [] } });
  const { url } = await apiThatAnswers(view('PENDING'), view('AWAITING_PAYMENT'), view('EXPIRED'));
  const client = new OrderApiClient(url);
  expect((await client.waitForStatus(ORDER, 10, ['AWAITING_PAYMENT'])).status).toBe('AWAITING_PAYMENT');
  expect((await client.waitForStatus(ORDER, 10)).status).toBe('EXPIRED');
  await expect(client.waitForStatus(ORDER, 10, ['CONFIRMED'])).rejects.toThrow('is EXPIRED, and should be CONFIRMED');
});

test('a client that keeps no exchanges still tells of each', async () => {
  const { url } = await apiThatAnswers({ status: 200, data: [] });
  const calls: string[] = [];
  const onExchange = ({ exchange }: { readonly exchange: { readonly call: string } }) => calls.push(exchange.call);
  const client = new OrderApiClient(url, { keepsExchanges: false, onExchange });
  await client.stocks('/inventry/stocks/');
  expect([client.recorded, calls]).toEqual([[], ['stocks']]);
});

/** An API that gives these answers in turn, the last one again and again. */
async function apiThatAnswers(...replies: readonly Reply[]) {
  let turn = 0;
  return await serverThat((_request, response) => {
    const { status, data, headers } = replies[Math.min(turn, replies.length - 1)] ?? { status: 500, data: '' };
    turn += 1;
    response.writeHead(status, headers);
    response.end(JSON.stringify({ status, success: status < 400, meta: null, data }));
  });
}

async function serverThat(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const heard: Heard[] = [];
  server = await startHttpServer(async (request, response) => {
    const { method, url, headers } = request;
    const body = await text(request);
    heard.push({ method, url, key: headers['idempotency-key'], apiKey: headers['x-api-key'], body });
    answer(request, response);
  });
  return { url: server.url, heard };
}
