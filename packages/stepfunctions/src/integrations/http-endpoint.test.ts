import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ConnectionError, HttpEndpoint, type HttpReply } from './http-endpoint.ts';

const never = new AbortController().signal;
const servers: Server[] = [];
const endpoints: HttpEndpoint[] = [];

afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) {
    endpoint.close();
  }
  for (const server of servers.splice(0)) {
    await new Promise((done) => server.close(done));
  }
});

/** A server that answers each request by `answer`, which may break the connection off instead. */
async function listen(answer: (socket: Socket, request: number) => void, port = 0) {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      answer(socket, requests);
    });
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, server, requests: () => requests };
}

function post(port: number, patienceSeconds: number): () => Promise<HttpReply> {
  const endpoint = new HttpEndpoint(`http://127.0.0.1:${port}`, 4, patienceSeconds);
  endpoints.push(endpoint);
  return () => endpoint.post({ path: '/', headers: {}, body: '{}', cancelled: never });
}

function ok(socket: Socket): boolean {
  return socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
}

describe('a request that may have been acted on', () => {
  test('a request is not repeated when its connection breaks before the answer', async () => {
    const { port, requests } = await listen((socket) => socket.resetAndDestroy());
    await expect(post(port, 5)()).rejects.toThrow(ConnectionError);
    expect(requests()).toBe(1);
  });

  test('a request is not repeated when its connection breaks in the middle of the answer', async () => {
    const { port, requests } = await listen((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\nhalf');
    });
    await expect(post(port, 5)()).rejects.toThrow(ConnectionError);
    expect(requests()).toBe(1);
  });

  test('a request is not repeated when a reused keep-alive connection breaks', async () => {
    const { port, requests } = await listen((socket, request) => {
      if (request === 1) {
        ok(socket);
      } else {
        socket.resetAndDestroy();
      }
    });
    const call = post(port, 5);
    expect(await call()).toMatchObject({ status: 200, body: 'ok' });
    await expect(call()).rejects.toThrow(ConnectionError);
    expect(requests()).toBe(2);
  });
});

test('an endpoint that refuses connections is tried again until it accepts one', async () => {
  const { port, server } = await listen(ok);
  servers.splice(servers.indexOf(server), 1);
  await new Promise((done) => server.close(done));
  const reply = post(port, 20)();
  await new Promise((done) => setTimeout(done, 80));
  const { requests } = await listen(ok, port);
  expect(await reply).toMatchObject({ body: 'ok' });
  expect(requests()).toBe(1);
});

test('a keep-alive connection that the endpoint has closed is not reused', async () => {
  const { port, requests } = await listen((socket) => {
    ok(socket);
    setImmediate(() => socket.resetAndDestroy());
  });
  const call = post(port, 5);
  await call();
  await new Promise((done) => setTimeout(done, 20));
  expect(await call()).toMatchObject({ body: 'ok' });
  expect(requests()).toBe(2);
});
