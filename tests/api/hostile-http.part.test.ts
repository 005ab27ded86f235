import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { STACK_PROCESSES } from '../../embedded/stack.ts';
import { faultsInLog } from '../fuzz/log-faults.ts';
import { shared } from '../support/shared-stack.ts';

// Malformed and hostile requests, sent byte for byte to the whole API.
const RESPONSE_TIMEOUT_MS = 10_000;
const JSON_TYPE = 'Content-Type: application/json';

/** Sends the bytes and resolves with everything received until the connection closes. */
function exchange(bytes: string | Buffer, port = shared.stack.ports.http): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const late = setTimeout(
      () => socket.destroy(new Error(`the connection is still open after ${RESPONSE_TIMEOUT_MS} ms: ${answer}`)),
      RESPONSE_TIMEOUT_MS,
    );
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // A server may close the connection before it has read everything.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') {
        reject(error);
      }
    });
    socket.once('close', () => {
      clearTimeout(late);
      resolve(answer);
    });
  });
}

function get(path: string, ...headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n');
}

function post(path: string, body: string | Buffer, ...headers: readonly string[]): Buffer {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const head = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', length, ...headers, '', ''].join(
    '\r\n',
  );
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

function status(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
const ORDER = 'order_id=bdc38c99-c74d-4053-8897-7ea0dbd423f8';
function place(body: string | Buffer, ...headers: readonly string[]) {
  return post('/orders/place', body, JSON_TYPE, ...headers);
}

function orderOf(count: number, payment?: object): string {
  return JSON.stringify({ list: [{ id: '154ffd4d-ac59-4819-a2fc-194faf1b92ba', count }], payment });
}
const ORDER_OF_ONE = orderOf(1);

describe('the API refuses with its own envelope', () => {
  test.each<readonly [string, string | Buffer, number]>([
    ['a path that is not valid UTF-8', get('/%ff'), 400],
    ['a query that is not valid UTF-8', get('/orders/status?order_id=%E0%A4%A'), 400],
    ['a query with names of prototype properties', get('/orders/status?__proto__[x]=1&constructor=2'), 400],
    ['a repeated query parameter', get(`/orders/status?${ORDER}&order_id=other`), 400],
    ['a path traversal', get('/../../etc/passwd'), 404],
    ['a path of the Lambda endpoint', post('/2015-03-31/functions/orders-dev-pay/invocations', '{}', JSON_TYPE), 404],
    ['a malformed cookie', get('/health', 'Cookie: a=b; c; =;;"'), 400],
    ['a malformed content type', post('/orders/place', '{}', 'Content-Type: ;;;'), 415],
    ['a body without a content type', post('/orders/place', '{}'), 415],
    ['a multipart form', post('/orders/place', '--x--', 'Content-Type: multipart/form-data; boundary=x'), 415],
    ['a body in UTF-16', place(Buffer.from('{"list":[]}', 'utf16le')), 400],
    ['a body that is not valid UTF-8', place(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), 400],
    ['a body of 30,000 nested arrays', place('['.repeat(30_000) + ']'.repeat(30_000)), 400],
    ['a body of 5,000 nested objects', place(`{"list":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`), 400],
    [
      'a body with __proto__ keys',
      place('{"__proto__":{"list":[]},"list":[{"id":"a","count":1,"__proto__":{}}]}'),
      400,
    ],
    ['a number too large for JSON in JavaScript', place('{"list":[{"id":"a","count":1e999}]}'), 400],
    [
      'a compressed body of 50 MB in 50 KB',
      place(gzipSync(Buffer.alloc(50 * 1024 * 1024)), 'Content-Encoding: gzip'),
      415,
    ],
    ['two equal Idempotency-Keys', place(ORDER_OF_ONE, 'Idempotency-Key: k', 'Idempotency-Key: k'), 400],
    ['two Idempotency-Keys that differ', place(ORDER_OF_ONE, 'Idempotency-Key: k2', 'idempotency-key: k3'), 400],
    ['an order that would hold 100,000 pieces unpaid', place(orderOf(100_000)), 400],
    ['an order that would hold its pieces unpaid for a day', place(orderOf(1, { window_seconds: 86_400 })), 400],
    ['a body of 65 KB', place(' '.repeat(65 * 1024)), 413],
    ['a body of 12 MB', place(' '.repeat(12 * 1024 * 1024)), 413],
  ])('%s', async (_what, bytes, expected) => {
    const answer = await exchange(bytes);
    expect(status(answer)).toBe(expected);
    expect(answer).toContain(`{"status":${expected},"success":false,"meta":{"code":"`);
    expect(answer).not.toMatch(/at .*\.(ts|js):\d+|node_modules|existingRoutes/);
  });
});

describe('the HTTP parser refuses', () => {
  test.each<readonly [string, string, number]>([
    ['headers of 20 KB', get('/health', `X-Large: ${'x'.repeat(20_000)}`), 431],
    [
      'a body with both Transfer-Encoding and Content-Length',
      'POST /orders/place HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a TLS ClientHello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])('%s', async (_what, bytes, expected) => {
    expect(status(await exchange(bytes))).toBe(expected);
  });
});

describe('a foreign web page', () => {
  const invocation = (functionName: string) => `/2015-03-31/functions/orders-dev-${functionName}/invocations`;
  const pages = [
    ['with its own Origin header', 'Host: localhost', 'Origin: https://elsewhere.example'],
    ['without an Origin header', 'Host: localhost', 'Sec-Fetch-Site: cross-site'],
    ['after DNS rebinding', 'Host: rebound.example', 'Sec-Fetch-Site: same-origin'],
  ] as const;

  test.each(pages)('%s places no order and calls no function, on any port', async (_how, host, said) => {
    const asked = (path: string) => {
      const head = [`POST ${path} HTTP/1.1`, host, said, 'Connection: close', JSON_TYPE, 'Content-Length: 2'];
      return `${head.join('\r\n')}\r\n\r\n{}`;
    };
    expect(status(await exchange(asked('/orders/place')))).toBe(403);
    for (const port of [shared.stack.ports.lambda, shared.stack.ports.endpoint]) {
      const answer = await exchange(asked(invocation('health')), port);
      expect([status(answer), answer]).toEqual([403, expect.not.stringContaining('"statusCode":200')]);
    }
  });

  test('is refused for its headers alone: the same requests of a program are served', async () => {
    expect(status(await exchange(place('{}')))).toBe(400);
    for (const port of [shared.stack.ports.lambda, shared.stack.ports.endpoint]) {
      expect(await exchange(post(invocation('health'), '{}'), port)).toContain('"statusCode":200');
    }
  });
});

test.each(['PATCH', 'OPTIONS', 'TRACE'])(
  '%s of any path in the API’s document gets 405, with what the path takes',
  async (method) => {
    const document = await (await fetch(`${shared.stack.urls.http}/openapi.json`)).json();
    const { paths } = document as { readonly paths: Readonly<Record<string, object>> };
    const answers = await Promise.all(
      Object.keys(paths).map(async (path) => {
        const answer = await exchange(get(path).replace('GET', method));
        const allowed = /^Allow: (.*)$/im.exec(answer)?.[1]?.trim().toLowerCase().split(', ') ?? [];
        return [path, status(answer), allowed.filter((each) => each !== 'head')];
      }),
    );
    expect(answers.length).toBeGreaterThan(20);
    expect(answers).toEqual(Object.entries(paths).map(([path, calls]) => [path, 405, Object.keys(calls).sort()]));
  },
);

test('the API closes the connection on CONNECT', async () => {
  expect(await exchange('CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere\r\n\r\n')).toBe('');
});

test('after all hostile requests every process still runs, and no log holds an internal error', async () => {
  expect(shared.stack.processes()).toHaveLength(5);
  expect(shared.stack.output()).not.toContain('restarting it');
  const folder = join(shared.stack.dataDirectory, 'logs');
  const logs = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const);
  expect(logs.map(([file]) => file)).toEqual(expect.arrayContaining(STACK_PROCESSES.map((name) => `${name}.log`)));
  for (const [file, text] of logs) {
    expect([file, faultsInLog(text)]).toEqual([file, []]);
  }
  expect(status(await exchange(get('/inventory/stocks')))).toBe(200);
  // Nothing of all this was taken for an order: there is the sample order of the stack, and no other.
  const orders = (await exchange(get('/orders'))).match(/"order_id":"[^"]+"/g) ?? [];
  expect(orders.filter((each) => !each.includes('bdc38c99-c74d-4053-8897-7ea0dbd423f8'))).toEqual([]);
});
