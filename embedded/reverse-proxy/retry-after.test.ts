import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { withListeningServers } from '../../tests/support/listening-servers.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import type { LimitChoice } from './order-api-limits.ts';
import { createReverseProxy } from './reverse-proxy.ts';

const listen = withListeningServers();

/** A proxy that lets one order and one question in at a time, before an API that answers with `status`, or holds for ever. */
async function proxyBefore(status: number) {
  const holding = Promise.withResolvers<void>();
  const api = createServer((incoming, response) => {
    incoming.resume();
    if (incoming.url?.endsWith('held') === true) {
      holding.resolve();
    } else {
      response.writeHead(status).end();
    }
  });
  const upstream = { host: '127.0.0.1', port: Number(new URL(await listen(api)).port) };
  const one = { min: 1, max: 1, targetMs: 1_000 };
  const limits = { orders: new ConcurrencyLimit(one), questions: new ConcurrencyLimit(one) };
  const limitOf: LimitChoice = (url) => (url.startsWith('/orders') ? limits.orders : limits.questions);
  return { proxy: await listen(createReverseProxy(upstream, limitOf)), isHeld: holding.promise };
}

test.each([
  ['orders, of which fifty were answered', 200, 'orders', 1, 9],
  ['orders, of which none was answered, but fifty questions', 200, 'questions', 10, 21],
  ['orders, of which the API itself turned fifty away', 503, 'orders', 10, 21],
])('Retry-After of %s: the last of ten who are refused together comes when there is room', async (...row) => {
  const [, status, asked, least, most] = row;
  const { proxy, isHeld } = await proxyBefore(status);
  for (let count = 0; count < 50; count += 1) {
    await (await fetch(`${proxy}/${asked}`)).text();
  }
  const abort = new AbortController();
  const held = fetch(`${proxy}/orders/held`, { signal: abort.signal }).catch(() => undefined);
  await isHeld;
  const refused = await Promise.all(Array.from({ length: 10 }, () => fetch(`${proxy}/orders`)));
  const waits = refused.map(({ headers }) => Number(headers.get('retry-after')));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...waits)).toBeGreaterThanOrEqual(least);
  expect(Math.max(...waits)).toBeLessThanOrEqual(most);
  abort.abort();
  await held;
});
