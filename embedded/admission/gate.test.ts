import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openApiGate } from './api-gate.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { createGate } from './gate.ts';
import type { LimitChoice } from './order-api-limits.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const JSON_TYPE = { 'content-type': 'application/json' };
function json(body: string) {
  return { method: 'POST', body, headers: JSON_TYPE };
}
const noLimit: LimitChoice = () => undefined;
function one() {
  return new ConcurrencyLimit({ least: 1, most: 1, targetMs: 1000 });
}

describe('what is let in', () => {
  test('reaches the API as it was sent, and its answer comes back as it was given', async () => {
    const gate = await gateBefore(async (incoming, response) => {
      const body = await bodyOf(incoming);
      response.writeHead(418, {
        'x-seen': `${incoming.method} ${incoming.url} ${incoming.headers['idempotency-key']}`,
      });
      response.end(body.toUpperCase());
    }, noLimit);
    const sent = { ...json('tea '.repeat(50_000)), headers: { ...JSON_TYPE, 'idempotency-key': 'k' } };
    const answered = await fetch(`${gate}/orders/place?a=1`, sent);
    expect(answered.status).toBe(418);
    expect(answered.headers.get('x-seen')).toBe('POST /orders/place?a=1 k');
    expect(await answered.text()).toBe('TEA '.repeat(50_000));
  });

  test('is given up on when its client goes away, and its place is free again', async () => {
    const limit = one();
    const began = Promise.withResolvers<IncomingMessage>();
    const gate = await gateBefore(
      (incoming) => began.resolve(incoming),
      () => limit,
    );
    const abort = new AbortController();
    const gone = fetch(gate, { signal: abort.signal });
    const incoming = await began.promise;
    abort.abort();
    await expect(gone).rejects.toThrow();
    await until(() => incoming.socket.destroyed);
    await until(() => limit.tryEnter());
  });

  test('is left without an answer when the API breaks off: a "no" would be a guess', async () => {
    const gate = await gateBefore((incoming) => incoming.socket.destroy(), noLimit);
    await expect(fetch(gate)).rejects.toThrow();
  });
});

test('an answer that Node’s server cannot give is a 500, and the gate lives on', async () => {
  const odd = createTcpServer((socket) => socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n').resume());
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
  const { port } = odd.address() as AddressInfo;
  const gate = await listen(createGate({ host: '127.0.0.1', port }, noLimit));
  for (let again = 0; again < 2; again += 1) {
    const answered = await fetch(gate);
    expect([answered.status, await answered.json()]).toMatchObject([500, { meta: { code: 'INTERNAL_ERROR' } }]);
  }
  odd.close();
});

describe('what is refused', () => {
  test('over the limit is told so at once and never reaches the API; the next one after an answer does', async () => {
    const held: ServerResponse[] = [];
    const limit = one();
    const gate = await gateBefore(
      (_incoming, response) => held.push(response),
      () => limit,
    );
    const first = fetch(gate);
    await until(() => held.length === 1);
    await expectRefusal(await fetch(gate, json('x'.repeat(100_000))));
    expect(held).toHaveLength(1);
    held[0]?.end('done');
    expect(await (await first).text()).toBe('done');
    const next = fetch(gate);
    await until(() => held.length === 2);
    held[1]?.end();
    expect((await next).status).toBe(200);
  });

  test('while the API does not listen is told so as well', async () => {
    const gate = createGate({ host: '127.0.0.1', port: await freePort() }, noLimit);
    await expectRefusal(await fetch(await listen(gate)));
  });
});

describe('who takes more than their share', () => {
  const bounds = { requestMs: 200, bodyBytes: 1000, connections: 2 };
  const open = async (limitOf: LimitChoice = noLimit) => {
    const api = createServer((incoming, response) => incoming.resume().once('end', () => response.end('ok')));
    await listen(api);
    const upstream = { host: '127.0.0.1', port: (api.address() as AddressInfo).port };
    return new URL(await listen(createGate(upstream, limitOf, bounds))).port;
  };

  test('and sends a request drop by drop is cut off, and the place is free again', async () => {
    const limit = one();
    const port = await open(() => limit);
    const slow = connect(Number(port), '127.0.0.1');
    slow.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\nx');
    await new Promise((resolve) => slow.resume().once('close', resolve));
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
  });

  test('in one body is refused by its length, or cut off where nobody said it', async () => {
    const url = `http://127.0.0.1:${await open()}`;
    const declared = await fetch(url, json('x'.repeat(1001)));
    expect(declared.status).toBe(413);
    expect(await declared.json()).toMatchObject({ status: 413, meta: { code: 'BODY_TOO_LARGE' } });
    const undeclared = request(url, { method: 'POST', agent: false, headers: JSON_TYPE });
    const cut = new Promise((resolve) => undeclared.once('error', resolve));
    for (let sent = 0; sent <= 1000; sent += 250) {
      undeclared.write('x'.repeat(250));
    }
    expect(await cut).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
    expect(await (await fetch(url, json('x'.repeat(1000)))).text()).toBe('ok');
  });

  test('in connections gets no more of them', async () => {
    const port = Number(await open());
    const sockets = [1, 2, 3].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    await new Promise((resolve) => sockets[2]?.once('close', resolve));
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
    for (const socket of sockets) {
      socket.destroy();
    }
  });
});

test('the gate takes connections in while the API process is busy to the brim', async () => {
  const api = createServer((_incoming, response) => response.end('ok'));
  await listen(api);
  const port = await freePort();
  const gate = await openApiGate({ host: '127.0.0.1', port, upstreamPort: (api.address() as AddressInfo).port });
  let busy = true;
  const spin = () => {
    const end = performance.now() + 20;
    while (performance.now() < end) {}
    if (busy) {
      setImmediate(spin);
    }
  };
  try {
    spin();
    const answers = await Promise.all(Array.from({ length: 200 }, () => statusOf(port)));
    expect(answers.filter((status) => status === 503).length).toBeGreaterThan(100);
    expect(answers.filter((status) => status === 200).length).toBeGreaterThan(0);
  } finally {
    busy = false;
    await gate.close();
  }
});

async function expectRefusal(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({ status: 503, success: false, meta: { code: 'OVERLOADED' } });
}

async function gateBefore(
  api: (incoming: IncomingMessage, response: ServerResponse) => unknown,
  limitOf: LimitChoice,
): Promise<string> {
  const server = createServer((incoming, response) => void api(incoming, response));
  await listen(server);
  return await listen(createGate({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, limitOf));
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function statusOf(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent: false, path: '/orders/place' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject).end();
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of incoming) {
    body += String(chunk);
  }
  return body;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
