import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { withListeningServers } from '../../tests/support/listening-servers.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { createReverseProxy, REVERSE_PROXY_LIMITS } from './reverse-proxy.ts';

const listen = withListeningServers();

/** A crowded proxy before an API whose orders are all PENDING, and which answers other calls with `status` and `data`. */
async function crowdedProxy(status: number, data: unknown): Promise<string> {
  const api = createServer((incoming, response) => {
    incoming.resume();
    const isQuestion = incoming.url?.startsWith('/orders/status') === true;
    response.writeHead(isQuestion ? 200 : status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: isQuestion ? { order_id: 'a-1', status: 'PENDING' } : data }));
  });
  const upstream = { host: '127.0.0.1', port: Number(new URL(await listen(api)).port) };
  const [questions, others] = [1, 2].map(() => new ConcurrencyLimit({ min: 4, max: 8, targetMs: 1_000 }));
  // Four questions of others are with the API all the time.
  for (let held = 0; held < 4; held += 1) {
    questions?.tryEnter();
  }
  const proxy = createReverseProxy(
    upstream,
    (url) => (url.startsWith('/orders/status') ? questions : others),
    REVERSE_PROXY_LIMITS,
    { isCrowded: () => true },
  );
  return listen(proxy);
}

/** Whether the status of an order is answered from memory. */
async function isRepeated(proxy: string): Promise<boolean> {
  const { headers } = await fetch(`${proxy}/orders/status?order_id=a-1`);
  return headers.has('age');
}

const paid = {
  list: [
    { id: 'tok_visa', order_id: 'a-0' },
    { id: 'tok_visa', order_id: 'a-1' },
  ],
};

test.each<[string, string, object, number, unknown]>([
  ['was paid', '/payment/pay', paid, 200, true],
  ['was paid, beside one whose card was declined', '/payment/pay', paid, 402, 'declined'],
  ['was paid by another spelling of the path', '/payment/%70ay/?a=1', paid, 200, true],
  ['is refunded', '/orders/refund', { order_id: 'a-1' }, 202, { refund_id: 'r', order_id: 'a-1', status: 'PENDING' }],
  ['was given up', '/orders/abandon', { order_id: 'a-1' }, 202, { order_id: 'a-1', status: 'NEEDS_ATTENTION' }],
  ['was cancelled', '/orders/cancel', { order_id: 'a-1' }, 202, { order_id: 'a-1', status: 'PENDING' }],
])('an order that %s is not said to be PENDING by an answer from before', async (_what, path, body, status, data) => {
  const proxy = await crowdedProxy(status, data);
  expect([await isRepeated(proxy), await isRepeated(proxy)]).toEqual([false, true]);
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${proxy}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).text();
  expect(await isRepeated(proxy)).toBe(false);
});

test.each<[string, string, string, number, unknown]>([
  ['another order is paid', '/payment/pay', JSON.stringify({ list: [{ id: 'p', order_id: 'a-2' }] }), 200, true],
  ['a payment comes before its order was reserved', '/payment/pay', JSON.stringify(paid), 503, 'later'],
  ['a payment is no JSON', '/payment/pay', 'a-1', 400, 'no'],
  ['a payment names no orders', '/payment/pay', '{"list":"a-1"}', 400, 'no'],
])('an order is still said to be PENDING when %s', async (_what, path, body, status, data) => {
  const proxy = await crowdedProxy(status, data);
  await isRepeated(proxy);
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${proxy}${path}`, { method: 'POST', headers, body })).text();
  expect(await isRepeated(proxy)).toBe(true);
});
