import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { guardServersFromForeignPages } from './foreign-page-guard.ts';

test('a server that a library opens answers programs and refuses web pages of other origins', async () => {
  const stopGuarding = guardServersFromForeignPages();
  let served = 0;
  const server = createServer((_incoming, response) => {
    served += 1;
    response.end();
  });
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  } finally {
    // The guard is process-wide, and other tests run in this process.
    stopGuarding();
  }
  const { port } = server.address() as AddressInfo;
  const status = async (headers: Readonly<Record<string, string>>) => {
    const sent = request({ host: '127.0.0.1', port, agent: false, method: 'POST', headers }).end('{}');
    const [answered] = (await once(sent, 'response')) as [IncomingMessage];
    return answered.resume().statusCode;
  };
  expect(await status({})).toBe(200);
  expect(await status({ origin: 'https://elsewhere.example' })).toBe(403);
  expect(await status({ host: 'rebound.example' })).toBe(403);
  expect(served).toBe(1);
  server.close();
});
