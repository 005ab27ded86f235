import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../ports.ts';

/** Another address of this machine's loopback interface stands in for the container's own. */
const OUTSIDE = '127.0.0.2';

const { publishPort } = z
  .object({ publishPort: z.custom<(port: number, address: string) => { readonly close: () => void }>() })
  .parse(await import(new URL('./publish-port.mjs', import.meta.url).href));

const open: { readonly close: () => void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) {
    each.close();
  }
});

async function listen(port: number): Promise<Server> {
  const server = createServer((request, response) => response.end(`${request.headers.host} ${request.url}`));
  open.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: OUTSIDE, port });
    socket.once('connect', () => socket.destroy() && resolve(true));
    socket.once('error', () => resolve(false));
  });
}

// macOS has only 127.0.0.1.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a container’s port is closed until the stack listens, and then leads to the stack', async () => {
  const port = await findFreePort();
  open.push(publishPort(port, OUTSIDE));
  expect(await answers(port)).toBe(false);
  await listen(port);
  await eventually(() => answers(port), { withinMs: 5_000 });
  const response = await fetch(`http://${OUTSIDE}:${port}/orders`);
  expect(await response.text()).toBe(`${OUTSIDE}:${port} /orders`);
});

onLinux('a connection to a stack that has ended is closed, and the port goes on with the next one', async () => {
  const port = await findFreePort();
  open.push(publishPort(port, OUTSIDE));
  const first = await listen(port);
  await eventually(() => answers(port), { withinMs: 5_000 });
  first.closeAllConnections();
  await new Promise((resolve) => first.close(resolve));
  await expect(fetch(`http://${OUTSIDE}:${port}/`)).rejects.toThrow('fetch failed');
  await listen(port);
  expect((await fetch(`http://${OUTSIDE}:${port}/again`)).status).toBe(200);
});
