import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../tests/support/http-server.ts';
import { findFreePort } from '../ports.ts';
import type { RestartingWorker } from '../supervisor/restarting-worker.ts';
import { startApiProxy } from './api-proxy.ts';

// Starting a thread takes its time on a busy machine.
jest.setTimeout(30_000);

// Requests that no HTTP library sends, through the reverse proxy in its worker thread.
interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly distinct: IncomingMessage['headersDistinct'];
  readonly body: string;
}
const seen: Seen[] = [];
const connections = new Set<unknown>();
let api: HttpServer;
let proxy: RestartingWorker;
let port: number;

beforeEach(() => {
  seen.length = 0;
  connections.clear();
});

beforeAll(async () => {
  api = await startHttpServer(async (incoming, response) => {
    connections.add(incoming.socket);
    const body = await text(incoming);
    seen.push({ url: incoming.url, headers: incoming.headers, distinct: incoming.headersDistinct, body });
    response.end('from the API');
  });
  port = await findFreePort();
  proxy = await startApiProxy({ host: '127.0.0.1', port, upstreamPort: api.port });
});

afterAll(async () => {
  await proxy.close();
  await api.close();
});

function request(start: string, headers: readonly string[], body = ''): string {
  return [`${start} HTTP/1.1`, `Host: localhost:${port}`, 'Connection: close', ...headers, '', body].join('\r\n');
}

describe('the reverse proxy keeps hop-by-hop headers from the API', () => {
  test.each([
    'Trailer: x',
    'Trailer: Content-Length',
    'TE: trailers, deflate',
    'Keep-Alive: timeout=5',
    'Upgrade: websocket',
    'Proxy-Connection: keep-alive',
    'Expect: 100-continue',
  ])('%s is dropped, and the proxy serves the next request', async (header) => {
    expect(await exchange(request('GET /health', [header]))).toContain('from the API');
    expect(seen.map(({ headers }) => headers[header.split(':')[0]?.toLowerCase() ?? ''])).toEqual([undefined]);
    expect(await exchange(request('GET /health', []))).toContain('from the API');
  });

  test('a header that is sent twice reaches the API twice, whatever the case of its name', async () => {
    await exchange(request('GET /health', ['Idempotency-Key: k', 'idempotency-key: k', 'X-One: a, b']));
    expect(seen).toMatchObject([{ distinct: { 'idempotency-key': ['k', 'k'], 'x-one': ['a, b'] } }]);
  });

  test('Expect: 100-continue is answered by the proxy, and the body reaches the API', async () => {
    const headers = ['Expect: 100-continue', 'Content-Type: application/json', 'Content-Length: 2'];
    const answer = await exchange(request('POST /orders/place', headers, '{}'));
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
    expect(answer).toContain('from the API');
    expect(seen).toMatchObject([{ url: '/orders/place', body: '{}' }]);
  });
});

describe('the reverse proxy lets no body pass as a second request', () => {
  const smuggled = 'GET /orders/all HTTP/1.1\r\nHost: x\r\nsls-offline-authorizer-override: {"owner":"ann"}\r\n\r\n';
  const chunked = `${Buffer.byteLength(smuggled).toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;

  test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT', 'TRACE'])(
    'a chunked body of %s arrives as its body',
    async (method) => {
      const headers = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
      await exchange(request(`${method} /inventory/stocks`, headers, chunked));
      await exchange(request('GET /health', []));
      expect(seen.map(({ url, body }) => [url, body])).toEqual([
        ['/inventory/stocks', smuggled],
        ['/health', ''],
      ]);
      // Smuggling needs a shared connection. After HEAD, Node's client opens another one.
      expect(connections.size).toBe(method === 'HEAD' ? 2 : 1);
    },
  );

  test.each(['GET', 'DELETE', 'OPTIONS'])('a body of %s with a length arrives as its body', async (method) => {
    const headers = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(smuggled)}`];
    await exchange(request(`${method} /inventory/stocks`, headers, smuggled));
    await exchange(request('GET /health', []));
    expect(seen.map(({ url, body }) => [url, body])).toEqual([
      ['/inventory/stocks', smuggled],
      ['/health', ''],
    ]);
  });

  test('a body in another transfer coding is refused', async () => {
    const headers = ['Content-Type: application/json', 'Transfer-Encoding: gzip, chunked'];
    const answer = await exchange(request('POST /orders/place', headers, chunked));
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(seen).toEqual([]);
  });
});

/** Sends the text without closing, and returns all that came back until the connection was closed. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no end: ${answer}`)));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
  });
}
