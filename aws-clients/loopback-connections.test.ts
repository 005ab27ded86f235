import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { listenOnFreePort } from '../tests/support/free-port.ts';
import { LoopbackConnections } from './loopback-connections.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) {
    close();
  }
});

interface Peer {
  readonly connections: LoopbackConnections;
  readonly sockets: Socket[];
}

/** A server that answers a request as told, and connections to it. */
async function startPeer(answer: (request: string, socket: Socket) => void, maxSockets = 4): Promise<Peer> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => answer(bytes.toString(), socket));
  });
  const port = await listenOnFreePort(server);
  const connections = new LoopbackConnections({ host: '127.0.0.1', port, maxSockets, connectionTimeout: 5_000 });
  closers.push(() => {
    connections.close();
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  return { connections, sockets };
}

function echo(request: string, socket: Socket): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${request.length}\r\n\r\n${request}`);
}

async function sent({ connections }: Peer, text: string, timeoutMs = 20_000, signal?: AbortSignal): Promise<string> {
  const { body } = await connections.exchange({ message: Buffer.from(text), timeoutMs, signal });
  return body.toString();
}

test('requests one after another share a connection, and requests at once have one each up to the limit', async () => {
  const peer = await startPeer(echo, 2);
  expect(await sent(peer, 'a')).toBe('a');
  expect(await sent(peer, 'b')).toBe('b');
  expect(peer.sockets).toHaveLength(1);
  expect(await Promise.all(['c', 'd', 'e', 'f', 'g'].map((text) => sent(peer, text)))).toEqual([...'cdefg']);
  expect(peer.sockets).toHaveLength(2);
});

test('a connection that the server closed while it was idle is replaced', async () => {
  const peer = await startPeer(echo);
  await sent(peer, 'a');
  peer.sockets[0]?.end();
  await sleep(100);
  expect(await sent(peer, 'b')).toBe('b');
  expect(peer.sockets).toHaveLength(2);
});

test('a connection that breaks before the reply fails its request alone, as Node says it', async () => {
  const peer = await startPeer((request, socket) => (request === 'bad' ? socket.destroy() : echo(request, socket)));
  const [bad, good] = await Promise.allSettled([sent(peer, 'bad'), sent(peer, 'good')]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'ECONNRESET' } });
  expect(good).toMatchObject({ status: 'fulfilled', value: 'good' });
});

test('the reply of a request that was given up is not taken for the next one’s', async () => {
  const late: (() => void)[] = [];
  const peer = await startPeer((request, socket) => {
    if (request === 'slow') {
      late.push(() => echo(request, socket));
    } else {
      echo(request, socket);
    }
  }, 1);
  const timedOut = sent(peer, 'slow', 100);
  await expect(timedOut).rejects.toMatchObject({ name: 'TimeoutError' });
  const stop = new AbortController();
  const aborted = sent(peer, 'slow', 20_000, stop.signal);
  setTimeout(() => stop.abort(new Error('nobody waits')), 100);
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError', cause: new Error('nobody waits') });
  const next = sent(peer, 'next');
  for (const answer of late) {
    answer();
  }
  expect(await next).toBe('next');
});

test('a request that waits for a connection can be given up, and those behind it go on', async () => {
  const held: (() => void)[] = [];
  const peer = await startPeer((request, socket) => held.push(() => echo(request, socket)), 1);
  const first = sent(peer, 'first');
  const waiting = sent(peer, 'waiting', 50);
  const behind = sent(peer, 'behind');
  await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
  held.shift()?.();
  expect(await first).toBe('first');
  while (held.length === 0) {
    await sleep(5);
  }
  held.shift()?.();
  expect(await behind).toBe('behind');
});

test('a request that was aborted before is not sent', async () => {
  const peer = await startPeer(echo);
  await expect(sent(peer, 'a', 20_000, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  expect(peer.sockets).toHaveLength(0);
});

test('a port on which nobody listens refuses the request', async () => {
  const server = createServer();
  const port = await listenOnFreePort(server);
  await new Promise((resolve) => server.close(resolve));
  const connections = new LoopbackConnections({ host: '127.0.0.1', port, maxSockets: 1, connectionTimeout: 5_000 });
  const calls = [1, 2].map(() => connections.exchange({ message: Buffer.from('a'), timeoutMs: 20_000 }));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes).toMatchObject(calls.map(() => ({ status: 'rejected', reason: { code: 'ECONNREFUSED' } })));
});

test('the head of a reply ends the time limit, and bytes that nobody asked for end the connection', async () => {
  const peer = await startPeer((request, socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
    setTimeout(() => socket.write(request === 'slow' ? 'body' : 'bodyHTTP/1.1 200 OK\r\n\r\n'), 300);
  });
  expect(await sent(peer, 'slow', 200)).toBe('body');
  await expect(sent(peer, 'more')).rejects.toMatchObject({ name: 'MalformedReply' });
});
