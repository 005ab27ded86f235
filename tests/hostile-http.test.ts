import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EmbeddedStack, STACK_PROCESSES, startEmbeddedStack } from '../embedded/stack.ts';
import { faultsInLog } from './fuzz/log-faults.ts';

// What no well-behaved client sends, byte for byte, to the whole API.
const LONG = 60_000;
const PATIENCE_MS = 10_000;
const JSON_TYPE = 'Content-Type: application/json';

let stack: EmbeddedStack;
beforeAll(async () => {
  stack = await startEmbeddedStack();
}, LONG);
afterAll(() => stack.stop(), LONG);

/** Sends the bytes and answers all that came back until the connection was closed. */
function exchange(bytes: string | Buffer, port = stack.ports.http): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const late = setTimeout(() => socket.destroy(new Error(`no end after ${PATIENCE_MS} ms: ${answer}`)), PATIENCE_MS);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // A server may hang up before it has read all.
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

describe('is refused in the API’s own words', () => {
  test.each<readonly [string, string | Buffer, number]>([
    ['a path that is no text', get('/%ff'), 400],
    ['a query that is no text', get('/orders/status?order_id=%E0%A4%A'), 400],
    ['a query with the names of objects’ own parts', get('/orders/status?__proto__[x]=1&constructor=2'), 400],
    ['a parameter twice', get(`/orders/status?${ORDER}&order_id=other`), 400],
    ['a way out of the folder', get('/../../etc/passwd'), 404],
    ['a path of the Lambda endpoint', post('/2015-03-31/functions/orders-dev-pay/invocations', '{}', JSON_TYPE), 404],
    ['a cookie that is none', get('/health', 'Cookie: a=b; c; =;;"'), 400],
    ['a content type that is none', post('/orders/place', '{}', 'Content-Type: ;;;'), 415],
    ['a body without a content type', post('/orders/place', '{}'), 415],
    ['a form', post('/orders/place', '--x--', 'Content-Type: multipart/form-data; boundary=x'), 415],
    ['a body in another encoding', place(Buffer.from('{"list":[]}', 'utf16le')), 400],
    ['a body that is no UTF-8', place(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), 400],
    ['30,000 brackets', place('['.repeat(30_000) + ']'.repeat(30_000)), 400],
    ['5,000 objects in each other', place(`{"list":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`), 400],
    ['prototypes in the body', place('{"__proto__":{"list":[]},"list":[{"id":"a","count":1,"__proto__":{}}]}'), 400],
    ['a number beyond all numbers', place('{"list":[{"id":"a","count":1e999}]}'), 400],
    ['50 MB in 50 KB', place(gzipSync(Buffer.alloc(50 * 1024 * 1024)), 'Content-Encoding: gzip'), 400],
    ['65 KB', place(' '.repeat(65 * 1024)), 413],
    ['12 MB', place(' '.repeat(12 * 1024 * 1024)), 413],
  ])('%s', async (_what, bytes, expected) => {
    const answer = await exchange(bytes);
    expect(status(answer)).toBe(expected);
    expect(answer).toContain(`{"status":${expected},"success":false,"meta":{"code":"`);
    expect(answer).not.toMatch(/at .*\.(ts|js):\d+|node_modules|existingRoutes/);
  });
});

describe('is refused by the HTTP parser', () => {
  test.each<readonly [string, string, number]>([
    ['headers of 20 KB', get('/health', `X-Large: ${'x'.repeat(20_000)}`), 431],
    [
      'a body with two lengths',
      'POST /orders/place HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])('%s', async (_what, bytes, expected) => {
    expect(status(await exchange(bytes))).toBe(expected);
  });
});

describe('a web page of somebody else’s', () => {
  const invocation = (functionName: string) => `/2015-03-31/functions/orders-dev-${functionName}/invocations`;
  const pages = [
    ['by its origin', 'Host: localhost', 'Origin: https://elsewhere.example'],
    ['without an origin', 'Host: localhost', 'Sec-Fetch-Site: cross-site'],
    ['that gave its name our address', 'Host: rebound.example', 'Sec-Fetch-Site: same-origin'],
  ] as const;

  test.each(pages)('%s, places no order and calls no function, on any port', async (_how, host, said) => {
    const asked = (path: string) => {
      const head = [`POST ${path} HTTP/1.1`, host, said, 'Connection: close', JSON_TYPE, 'Content-Length: 2'];
      return `${head.join('\r\n')}\r\n\r\n{}`;
    };
    expect(status(await exchange(asked('/orders/place')))).toBe(403);
    for (const port of [stack.ports.lambda, stack.ports.endpoint]) {
      const answer = await exchange(asked(invocation('health')), port);
      expect([status(answer), answer]).toEqual([403, expect.not.stringContaining('"statusCode":200')]);
    }
  });

  test('is stopped by who it is: a program may do the same', async () => {
    expect(status(await exchange(place('{}')))).toBe(400);
    for (const port of [stack.ports.lambda, stack.ports.endpoint]) {
      expect(await exchange(post(invocation('health'), '{}'), port)).toContain('"statusCode":200');
    }
  });
});

test('a tunnel is not dug', async () => {
  expect(await exchange('CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere\r\n\r\n')).toBe('');
});

test('after all that every process is the one that was started, and nothing was a fault of ours', async () => {
  expect(stack.processes()).toHaveLength(5);
  expect(stack.output()).not.toContain('restarting it');
  const folder = join(stack.dataDirectory, 'logs');
  const logs = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const);
  expect(logs.map(([file]) => file)).toEqual(expect.arrayContaining(STACK_PROCESSES.map((name) => `${name}.log`)));
  for (const [file, text] of logs) {
    expect([file, faultsInLog(text)]).toEqual([file, []]);
  }
  expect(status(await exchange(get('/inventory/stocks')))).toBe(200);
});
