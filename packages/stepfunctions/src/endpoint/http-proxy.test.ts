import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { withHttpServers } from '../testing/fixtures.ts';
import { HttpProxy } from './http-proxy.ts';

const listen = withHttpServers();

test('a full proxy refuses a request at once, and accepts requests again when others are answered', async () => {
  const held: ServerResponse[] = [];
  const arrived = Promise.withResolvers<void>();
  const { url: target } = await listen((_incoming, response) => {
    held.push(response);
    arrived.resolve();
  });
  const proxy = new HttpProxy(target, 1);
  const { url } = await listen((incoming, response) =>
    proxy.forward(incoming, response, ({ name }) => response.writeHead(503).end(name)),
  );
  const first = fetch(url);
  await arrived.promise;
  const refused = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) });
  expect([refused.status, await refused.text()]).toEqual([503, 'ProxyFullError']);
  held[0]?.end('done');
  expect(await (await first).text()).toBe('done');
  const next = fetch(url);
  while (held.length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  held[1]?.end('done');
  expect((await next).status).toBe(200);
  proxy.close();
});
