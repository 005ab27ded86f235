import { createServer, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { withListeningServers } from '../../tests/support/listening-servers.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { createReverseProxy, REVERSE_PROXY_LIMITS } from './reverse-proxy.ts';

const listen = withListeningServers();

describe('a question for the status of an order that has not begun', () => {
  test('gets the last answer while a crowded API takes no more; other questions are refused', async () => {
    const { ask, hold } = await proxyBeforePendingOrders(new ConcurrencyLimit({ min: 1, max: 1, targetMs: 1000 }));
    const first = await (await ask('a-1')).text();
    const release = await hold();

    const repeated = await ask('a-1');
    expect([repeated.status, repeated.headers.get('age'), await repeated.text()]).toEqual([200, '0', first]);
    expect(repeated.headers.get('retry-after')).toBe('3');
    expect(repeated.headers.get('access-control-allow-origin')).toBeNull();
    expect((await ask('a-2')).status).toBe(503);

    await release();
    expect((await ask('a-1')).headers.get('age')).toBeNull();
  });

  test('gets the last answer while four others are with a crowded API; without an earlier answer it is passed on', async () => {
    const { ask, hold } = await proxyBeforePendingOrders(new ConcurrencyLimit({ min: 8, max: 8, targetMs: 1000 }));
    await (await ask('a-1')).text();
    const releases = [await hold(), await hold(), await hold()];
    expect((await ask('a-1')).headers.get('age')).toBeNull();
    releases.push(await hold());
    expect((await ask('a-1')).headers.get('age')).toBe('0');
    const other = await ask('a-2');
    expect([other.status, other.headers.get('age')]).toEqual([200, null]);
    await Promise.all(releases.map((release) => release()));
  });
});

test('without a crowd of new orders, a question for a status is answered from memory only where it would be refused', async () => {
  const limit = new ConcurrencyLimit({ min: 5, max: 5, targetMs: 1000 });
  const { ask, hold } = await proxyBeforePendingOrders(limit, () => false);
  await (await ask('a-1')).text();
  const releases = [await hold(), await hold(), await hold(), await hold()];
  expect((await ask('a-1')).headers.get('age')).toBeNull();
  releases.push(await hold());
  const { status, headers } = await ask('a-1');
  expect([status, headers.get('age'), headers.get('retry-after')]).toEqual([200, '0', '3']);
  expect((await ask('a-2')).status).toBe(503);
  await Promise.all(releases.map((release) => release()));
});

test('a busy API without a crowd: a question that its caller was told to leave is answered from memory', async () => {
  const limit = new ConcurrencyLimit({ min: 8, max: 8, targetMs: 1000 });
  const { ask, hold } = await proxyBeforePendingOrders(limit, () => false, { 'retry-after': '2' });
  await (await ask('a-1')).text();
  const releases = [await hold(), await hold(), await hold(), await hold()];
  const { status, headers } = await ask('a-1');
  expect([status, headers.get('age'), headers.get('retry-after')]).toEqual([200, '0', '2']);
  await Promise.all(releases.map((release) => release()));
});

/** A proxy before an API whose orders are all PENDING. `hold` takes a place until its result is called. */
async function proxyBeforePendingOrders(
  limit: ConcurrencyLimit,
  isCrowded = () => true,
  headers: OutgoingHttpHeaders = {},
) {
  const held: ServerResponse[] = [];
  let arrived = (): void => undefined;
  const api = createServer((incoming, response) => {
    if (incoming.url === '/held') {
      held.push(response);
      arrived();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*', ...headers });
    response.end(JSON.stringify({ data: { order_id: 'a-1', status: 'PENDING' } }));
  });
  const upstream = { host: '127.0.0.1', port: Number(new URL(await listen(api)).port) };
  const proxy = await listen(createReverseProxy(upstream, () => limit, REVERSE_PROXY_LIMITS, { isCrowded }));
  return {
    ask: (order: string) => fetch(`${proxy}/orders/status?order_id=${order}`),
    hold: async () => {
      const isHeld = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const holding = fetch(`${proxy}/held`);
      await isHeld;
      return async () => {
        held.pop()?.end();
        await (await holding).text();
      };
    },
  };
}
