import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../ports.ts';
import { startApiProxy } from './api-proxy.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import type { LimitChoice } from './order-api-limits.ts';
import { createReverseProxy, REVERSE_PROXY_LIMITS, type ReverseProxyHooks } from './reverse-proxy.ts';

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
function limitOfOne() {
  return new ConcurrencyLimit({ min: 1, max: 1, targetMs: 1000 });
}

describe('a request that the reverse proxy admits', () => {
  test('reaches the API unchanged, and its answer comes back unchanged', async () => {
    const proxy = await proxyBefore(async (incoming, response) => {
      const body = await bodyOf(incoming);
      response.writeHead(418, {
        'x-seen': `${incoming.method} ${incoming.url} ${incoming.headers['idempotency-key']}`,
      });
      response.end(body.toUpperCase());
    }, noLimit);
    const sent = { ...json('tea '.repeat(50_000)), headers: { ...JSON_TYPE, 'idempotency-key': 'k' } };
    const answered = await fetch(`${proxy}/orders/place?a=1`, sent);
    expect(answered.status).toBe(418);
    expect(answered.headers.get('x-seen')).toBe('POST /orders/place?a=1 k');
    expect(await answered.text()).toBe('TEA '.repeat(50_000));
  });

  test('loses the header with which a caller could name itself to the API', async () => {
    const proxy = await proxyBefore((incoming, response) => {
      response.end(JSON.stringify(incoming.headers));
    }, noLimit);
    const headers = { 'sls-offline-authorizer-override': '{"owner":"ann"}', 'x-api-key': 'k' };
    const seen = await (await fetch(proxy, { headers })).json();
    expect(seen).toMatchObject({ 'x-api-key': 'k' });
    expect(seen).not.toHaveProperty('sls-offline-authorizer-override');
  });

  test('leaves no idle connection behind that the API would be first to close, perhaps as the next request comes', async () => {
    const closed = Promise.withResolvers<void>();
    const proxy = await proxyBefore((incoming, response) => {
      incoming.socket.once('close', () => closed.resolve());
      response.end('done');
    }, noLimit);
    // This API never closes one.
    servers.forEach((server) => {
      server.keepAliveTimeout = 0;
    });
    expect(await (await fetch(proxy)).text()).toBe('done');
    await closed.promise;
  });

  test('is aborted when its client disconnects, and its place is free again', async () => {
    const limit = limitOfOne();
    const began = Promise.withResolvers<IncomingMessage>();
    const proxy = await proxyBefore(
      (incoming) => began.resolve(incoming),
      () => limit,
    );
    const abort = new AbortController();
    const gone = fetch(proxy, { signal: abort.signal });
    const incoming = await began.promise;
    abort.abort();
    await expect(gone).rejects.toThrow();
    await eventually(() => incoming.socket.destroyed);
    await eventually(() => limit.tryEnter());
  });

  test('gets no answer when the API breaks off, since whether it took effect is unknown', async () => {
    const proxy = await proxyBefore((incoming) => incoming.socket.destroy(), noLimit);
    await expect(fetch(proxy)).rejects.toThrow();
  });
});

test('an answer of the API that Node’s server cannot send becomes a 500, and the proxy lives on', async () => {
  const odd = createTcpServer((socket) => socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n').resume());
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
  const { port } = odd.address() as AddressInfo;
  const proxy = await listen(createReverseProxy({ host: '127.0.0.1', port }, noLimit));
  for (let again = 0; again < 2; again += 1) {
    const answered = await fetch(proxy);
    expect([answered.status, await answered.json()]).toMatchObject([500, { meta: { code: 'INTERNAL_ERROR' } }]);
  }
  odd.close();
});

describe('the reverse proxy refuses with 503 and Retry-After', () => {
  test('a request over the limit, at once and before it reaches the API; the next one after an answer is admitted', async () => {
    const held: ServerResponse[] = [];
    const limit = limitOfOne();
    const proxy = await proxyBefore(
      (_incoming, response) => held.push(response),
      () => limit,
    );
    const first = fetch(proxy);
    await eventually(() => held.length === 1);
    await expectRefusal(await fetch(proxy, json('x'.repeat(100_000))));
    expect(held).toHaveLength(1);
    held[0]?.end('done');
    expect(await (await first).text()).toBe('done');
    const next = fetch(proxy);
    await eventually(() => held.length === 2);
    held[1]?.end();
    expect((await next).status).toBe(200);
  });

  test('a request while the API does not listen', async () => {
    const proxy = createReverseProxy({ host: '127.0.0.1', port: await findFreePort() }, noLimit);
    await expectRefusal(await fetch(await listen(proxy)));
  });
});

describe('the reverse proxy bounds what one client may take', () => {
  const limits = { requestMs: 200, maxBodyBytes: 1000, maxConnections: 2 };
  const open = async (limitOf: LimitChoice = noLimit) => {
    const api = createServer((incoming, response) => incoming.resume().once('end', () => response.end('ok')));
    await listen(api);
    const upstream = { host: '127.0.0.1', port: (api.address() as AddressInfo).port };
    return new URL(await listen(createReverseProxy(upstream, limitOf, limits))).port;
  };

  test('a client that sends a request drop by drop is cut off, and its place is free again', async () => {
    const limit = limitOfOne();
    const port = await open(() => limit);
    const slow = connect(Number(port), '127.0.0.1');
    slow.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\nx');
    await new Promise((resolve) => slow.resume().once('close', resolve));
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
  });

  test('a body over the limit is refused by its declared length, or cut off when it declares none', async () => {
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

  test('a client over the number of connections gets no more of them', async () => {
    const port = Number(await open());
    const sockets = [1, 2, 3].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    await new Promise((resolve) => sockets[2]?.once('close', resolve));
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
    for (const socket of sockets) {
      socket.destroy();
    }
  });
});

test('the reverse proxy accepts connections while the event loop of the API process is fully busy', async () => {
  const api = createServer((_incoming, response) => response.end('ok'));
  await listen(api);
  const port = await findFreePort();
  const proxy = await startApiProxy({ host: '127.0.0.1', port, upstreamPort: (api.address() as AddressInfo).port });
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
    await proxy.close();
  }
});

test('the reverse proxy tells of each request that it answers with 503, and may have another server for some', async () => {
  let refused = 0;
  const metrics = createServer((_incoming, response) => response.end('metrics'));
  const { port } = new URL(await listen(metrics));
  const full = limitOfOne();
  full.tryEnter();
  const upstream = { host: '127.0.0.1', port: await findFreePort() };
  const proxy = await listen(
    createReverseProxy(upstream, (url) => (url === '/full' ? full : undefined), REVERSE_PROXY_LIMITS, {
      upstreamOf: (url) => (url === '/metrics' ? { host: '127.0.0.1', port: Number(port) } : upstream),
      onRefused: () => {
        refused += 1;
      },
    }),
  );
  await expectRefusal(await fetch(`${proxy}/full`));
  await expectRefusal(await fetch(`${proxy}/away`));
  expect(refused).toBe(2);
  expect(await (await fetch(`${proxy}/metrics`)).text()).toBe('metrics');
  expect(refused).toBe(2);
});

async function expectRefusal(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({ status: 503, success: false, meta: { code: 'OVERLOADED' } });
}

async function proxyBefore(
  api: (incoming: IncomingMessage, response: ServerResponse) => unknown,
  limitOf: LimitChoice,
  hooks: Partial<ReverseProxyHooks> = {},
): Promise<string> {
  const server = createServer((incoming, response) => void api(incoming, response));
  await listen(server);
  const upstream = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  return await listen(createReverseProxy(upstream, limitOf, REVERSE_PROXY_LIMITS, hooks));
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
