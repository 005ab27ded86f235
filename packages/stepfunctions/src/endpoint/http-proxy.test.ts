import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { HttpProxy } from './http-proxy.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a full proxy refuses a request at once, and accepts requests again when others are answered', async () => {
  const held: ServerResponse[] = [];
  const arrived = Promise.withResolvers<void>();
  const target = await listen(
    createServer((_incoming, response) => {
      held.push(response);
      arrived.resolve();
    }),
  );
  const proxy = new HttpProxy(target, 1);
  const url = await listen(
    createServer((incoming, response) =>
      proxy.forward(incoming, response, ({ name }) => response.writeHead(503).end(name)),
    ),
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
