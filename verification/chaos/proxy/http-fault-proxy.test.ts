import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../../tests/support/http-server.ts';
import { Choices } from '../choices.ts';
import { HttpFaultProxy } from './http-fault-proxy.ts';
import { Network } from './network.ts';
import type { NetworkFault } from './network-fault.ts';

const ORDER_ID = '11111111-2222-3333-4444-555555555555';
const served: string[] = [];
const network = new Network();
let server: HttpServer;
let proxy: HttpFaultProxy;

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    const body = await text(request);
    served.push(body);
    response.writeHead(201, { 'x-own': 'yes' }).end(`heard ${body}`);
  });
  proxy = new HttpFaultProxy('dynamodb', () => server.port, network);
  await proxy.open();
});

afterAll(async () => {
  await proxy.close();
  await server.close();
});

beforeEach(() => {
  served.length = 0;
});

test('an HTTP proxy forwards a request and its answer unchanged', async () => {
  const answer = await send();
  expect(answer.status).toBe(201);
  expect(answer.headers.get('x-own')).toBe('yes');
  expect(await answer.text()).toBe(`heard {"order_id":{"S":"${ORDER_ID}"}}`);
});

test('an HTTP reply is lost after the request had its effect', async () => {
  const hits = await during({ kind: 'lost reply', percent: 100 }, async () => {
    await expect(send()).rejects.toThrow();
  });
  expect(served).toHaveLength(1);
  expect(hits).toEqual([[ORDER_ID, 'delivered, its reply lost']]);
});

test('an injected HTTP error comes before the request has any effect', async () => {
  const hits = await during({ kind: 'errors', percent: 100 }, async () => {
    const status = await send().then(
      (answer) => answer.status,
      () => 'broken off',
    );
    expect([400, 500, 'broken off']).toContain(status);
  });
  expect(served).toEqual([]);
  expect(hits).toHaveLength(1);
});

test('a duplicated HTTP request arrives although nobody waits for it', async () => {
  await during({ kind: 'duplicates', percent: 100, maxMs: 5 }, async () => {
    expect((await send()).status).toBe(201);
  });
  await network.drain();
  expect(served).toHaveLength(2);
});

test('a delayed HTTP request arrives although its caller has given up', async () => {
  const impatient = new AbortController();
  const remove = network.add({
    target: 'dynamodb',
    appliesTo: () => {
      impatient.abort();
      return true;
    },
    fault: { kind: 'latency', percent: 100, maxMs: 400 },
    choices: new Choices(1, 'test'),
    onHit: () => {},
  });
  await expect(send(impatient.signal)).rejects.toThrow();
  remove();
  await network.drain();
  expect(served).toHaveLength(1);
});

test('a fault leaves calls alone that it does not apply to, and those to other targets', async () => {
  const fault = { kind: 'errors', percent: 100 } as const;
  const onHit = () => {
    throw new Error('it was hit');
  };
  const removes = [
    network.add({ target: 'dynamodb', fault, appliesTo: () => false, choices: new Choices(1, 'test'), onHit }),
    network.add({ target: 'payment', fault, choices: new Choices(1, 'test'), onHit }),
  ];
  expect((await send()).status).toBe(201);
  for (const remove of removes) {
    remove();
  }
});

test('a proxy that is shut refuses connections, and opens on the same port', async () => {
  const { address } = proxy;
  await proxy.shut();
  // A connection that was kept may still seem open: the first call may end in another way.
  await Promise.allSettled([send()]);
  const refusal = await send().catch((error: Error) => String(error.cause));
  expect(refusal).toContain('ECONNREFUSED');
  await proxy.open();
  expect(proxy.address).toBe(address);
  expect((await send()).status).toBe(201);
});

test('the action at a saga point runs once, while the call waits', async () => {
  const seen: string[] = [];
  const point = { phase: 'arrived', matches: () => true, holdsCall: true, states: [], customers: [] } as const;
  const disarm = network.arm(
    point,
    (call) => call.order_id === ORDER_ID,
    async ({ operation }) => {
      seen.push(`${operation}, ${served.length} delivered`);
    },
  );
  await send();
  await send();
  disarm();
  expect(seen).toEqual(['UpdateItem, 0 delivered']);
});

function send(signal?: AbortSignal): Promise<Response> {
  return fetch(`http://${proxy.address}/`, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.UpdateItem' },
    body: JSON.stringify({ order_id: { S: ORDER_ID } }),
    ...(signal && { signal }),
  });
}

async function during(fault: NetworkFault, act: () => Promise<void>): Promise<readonly unknown[]> {
  const hits: unknown[] = [];
  const choices = new Choices(1, 'test');
  const remove = network.add({
    target: 'dynamodb',
    fault,
    choices,
    onHit: (call, what) => hits.push([call.order_id, what]),
  });
  await act();
  remove();
  return hits;
}
