import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CERTIFICATE_FILES } from '../embedded/certificate-files.ts';
import { eventually } from '../embedded/eventually.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded/stack.ts';
import { API_KEY_HEADER, apiKeyEntry, hashOfApiKey, newApiKey } from '../functions/access/api-keys.ts';
import { InventoryServiceClient } from '../proto/gen/inventory/v1/inventory.ts';
import { type LocalCertificates, makeLocalCertificates } from '../scripts/local-certificates.ts';
import { clientOf } from './end-to-end/deployment.ts';
import { ROLE_CHECKS } from './end-to-end/role-checks.ts';
import { type ApiCaller, RecordedApi } from './support/recorded-api.ts';
import { call } from './support/unary-client.ts';

// All tests share one stack with API keys, mutual TLS and debug logs. The last test stops it and searches its logs.
const ITEM = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LONG = 60_000;
const METHODS = ['tok_visa', 'tok_declined', 'tok_insufficient_funds', `tok_${randomUUID()}`];

/** What no customer has to know: addresses, classes, codes of the inside, and what it is built of. */
const INSIDE =
  /\d+\.\d+\.\d+\.\d+|localhost|remote_addr|grpc|[a-z](Error|Exception)\b|DEADLINE|UNAVAILABLE|arn:|\.[jt]s:\d|Step Functions|dynamo/i;

const keys = { ann: newApiKey(), bob: newApiKey(), olaf: newApiKey() };
let folder: string;
let certificates: LocalCertificates;
let stack: EmbeddedStack;
let api: RecordedApi;
let ann: ApiCaller;
let bob: ApiCaller;
let olaf: ApiCaller;
let stranger: ApiCaller;
const tokens = new Set<string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-'));
  certificates = await makeLocalCertificates();
  const entries = Object.entries(keys).map(([name, key]) =>
    apiKeyEntry({ name, hash: hashOfApiKey(key), role: name === 'olaf' ? 'operator' : 'customer' }),
  );
  stack = await startEmbeddedStack({
    dataDirectory: join(folder, 'data'),
    environment: {
      AUTH_MODE: 'api-key',
      API_KEYS: entries.join(','),
      EMBEDDED_MTLS: '1',
      CERTIFICATES_DIR: writeCertificates(join(folder, 'certificates'), certificates),
      LOG_LEVEL: 'debug',
    },
  });
  api = new RecordedApi(stack.urls.http);
  ann = api.as({ [API_KEY_HEADER]: keys.ann });
  bob = api.as({ [API_KEY_HEADER]: keys.bob });
  olaf = api.as({ [API_KEY_HEADER]: keys.olaf });
  stranger = api.as({});
}, LONG);

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
}, LONG);

describe('without an API key', () => {
  test.each([
    ['GET', '/inventory/stocks'],
    ['GET', '/inventry/stocks/'],
    ['POST', '/orders/place'],
    ['GET', `/orders/status?order_id=${randomUUID()}`],
    ['POST', '/orders/cancel'],
    ['POST', '/payment/pay'],
    ['GET', '/orders'],
    ['GET', '/orders/summary'],
    ['GET', `/orders/saga?order_id=${randomUUID()}`],
    ['POST', '/orders/redrive'],
    ['POST', '/orders/abandon'],
    ['POST', '/orders/refund'],
    ['GET', '/inventory/items'],
    ['POST', '/inventory/restock'],
    ['POST', '/inventory/correct'],
  ])('%s %s answers 401', async (method, path) => {
    const answer = method === 'GET' ? await stranger.get(path) : await stranger.post(path, {});
    expect(answer).toMatchObject({
      status: 401,
      success: false,
      meta: { code: 'UNAUTHENTICATED', request_id: expect.any(String) },
    });
    expect(answer.headers.get('www-authenticate')).not.toBeNull();
  });

  test.each(['/health', '/docs', '/openapi.json'])('%s needs none', async (path) => {
    expect(await stranger.get(path)).toMatchObject({ status: 200 });
  });

  test('a wrong key, serverless-offline’s override header and unknown paths reveal nothing', async () => {
    const unauthenticated = { status: 401, meta: { code: 'UNAUTHENTICATED' } };
    expect(await api.as({ [API_KEY_HEADER]: newApiKey() }).get('/inventory/stocks')).toMatchObject(unauthenticated);
    const claimed = { 'sls-offline-authorizer-override': JSON.stringify({ owner: 'ann', principalId: 'ann' }) };
    expect(await api.as(claimed).get('/inventory/stocks')).toMatchObject(unauthenticated);
    const absent = await stranger.get('/orders/all');
    expect(absent).toMatchObject({ status: 404, success: false, meta: { code: 'NO_SUCH_CALL' } });
    expect(JSON.stringify(absent)).not.toContain('/orders/place');
  });
});

test('the API sends no CORS headers to a foreign web page', async () => {
  const { headers } = await ann.get('/inventory/stocks', { origin: 'https://elsewhere.example' });
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
});

test('only its owner can read, cancel and pay an order', async () => {
  const orderId = await place(ann, { list: [{ id: ITEM, count: 1 }] });
  await ann.orderBecomes(orderId, 'AWAITING_PAYMENT');
  await collectTokens();

  const overrideHeader = { 'sls-offline-authorizer-override': JSON.stringify({ owner: 'ann' }) };
  const attempts = [
    await bob.get(`/orders/status?order_id=${orderId}`),
    await bob.get(`/orders/status?order_id=${orderId}`, overrideHeader),
    await bob.post('/orders/cancel', { order_id: orderId }),
    await bob.post('/payment/pay', { list: [{ id: randomUUID(), order_id: orderId }] }),
  ];
  const unknown = await bob.get(`/orders/status?order_id=${randomUUID()}`);
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({ status: 404, data: unknown.data, meta: { code: 'ORDER_NOT_FOUND' } });
  }

  for (const id of METHODS.slice(1)) {
    expect(await ann.post('/payment/pay', { list: [{ id, order_id: orderId }] })).toMatchObject({ status: 402 });
  }
  expect(await ann.post('/payment/pay', { list: [{ id: 'tok_visa', order_id: orderId }] })).toMatchObject({
    data: true,
  });
  await ann.orderBecomes(orderId, 'CONFIRMED');
});

test('an order that was placed without authentication belongs to no caller', async () => {
  // The embedded stack's sample order.
  const status = await ann.get('/orders/status?order_id=bdc38c99-c74d-4053-8897-7ea0dbd423f8');
  expect(status).toMatchObject({ status: 404, meta: { code: 'ORDER_NOT_FOUND' } });
});

test('a customer gets the same 403 of every call for operators, whether the order exists or not', async () => {
  const own = await place(ann, { list: [{ id: ITEM, count: 1 }], payment: { method: 'tok_declined' } });
  const forbidden = { status: 403, data: 'that is not allowed', meta: { code: 'FORBIDDEN' } };
  for (const order_id of [own, randomUUID()]) {
    expect(await ann.get(`/orders/saga?order_id=${order_id}`)).toMatchObject(forbidden);
    expect(await ann.post('/orders/redrive', { order_ids: [order_id] })).toMatchObject(forbidden);
    expect(await ann.post('/orders/abandon', { order_id, reason: 'x' })).toMatchObject(forbidden);
    expect(await ann.post('/orders/refund', { order_id, reason: 'x' })).toMatchObject(forbidden);
  }
  expect(await ann.get('/orders/summary')).toMatchObject(forbidden);
  expect(await ann.get('/orders?refunds=NEEDS_ATTENTION')).toMatchObject(forbidden);
  expect(await ann.get('/inventory/items')).toMatchObject(forbidden);
  expect(await ann.get('/orders?owner=bob')).toMatchObject(forbidden);
  expect(await ann.post('/inventory/correct', { id: ITEM, count: 1, reason: 'x' })).toMatchObject(forbidden);
});

test('a customer lists its own orders, an operator all of them and cancels for a customer', async () => {
  const anns = await place(ann, { list: [{ id: ITEM, count: 1 }] });
  await ann.orderBecomes(anns, 'AWAITING_PAYMENT');
  await collectTokens();
  const ids = ({ data }: { readonly data: unknown }) =>
    (data as { readonly orders: readonly { readonly order_id: string }[] }).orders.map(({ order_id }) => order_id);
  expect(ids(await ann.get('/orders'))).toContain(anns);
  expect(ids(await bob.get('/orders'))).not.toContain(anns);
  expect(ids(await olaf.get('/orders?status=AWAITING_PAYMENT'))).toContain(anns);
  expect(await olaf.get('/orders/summary')).toMatchObject({ status: 200 });
  expect(await olaf.post('/orders/cancel', { order_id: anns })).toMatchObject({ status: 202 });
  await ann.orderBecomes(anns, 'CANCELLED');
});

test(
  'an order whose stock was given back parks when it is paid; no redrive helps, and an operator gives it up',
  async () => {
    const orderId = await place(ann, { list: [{ id: ITEM, count: 1 }] });
    await ann.orderBecomes(orderId, 'AWAITING_PAYMENT');
    await collectTokens();
    const client = new InventoryServiceClient(
      stack.urls.inventory.replace('127.0.0.1', 'localhost'),
      credentials.createSsl(
        Buffer.from(certificates.authority),
        Buffer.from(certificates.client.key),
        Buffer.from(certificates.client.certificate),
      ),
    );
    await call(client, client.release, { orderId, reason: 'by hand' });
    client.close();
    expect(await ann.post('/payment/pay', { list: [{ id: randomUUID(), order_id: orderId }] })).toMatchObject({
      data: true,
    });
    await ann.orderBecomes(orderId, 'NEEDS_ATTENTION');

    const seen = JSON.stringify(await ann.get(`/orders/status?order_id=${orderId}`));
    expect(seen).not.toMatch(/CommitInventory|ReservationReleasedError/);
    const onTerminal = `error: order ${orderId}: order needs attention`;
    await eventually(() => stack.output().includes(onTerminal), { what: 'the terminal tells of the parking' });
    const log = readFileSync(join(folder, 'data', 'logs', 'api.log'), 'utf8');
    const lines = log.split('\n').filter((line) => line.includes(orderId) && line.includes('needs attention'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'ERROR', step: 'CommitInventory' }]);
    expect(await olaf.get(`/orders/status?order_id=${orderId}`)).toMatchObject({
      data: { parked_step: 'CommitInventory' },
    });
    expect(await olaf.get(`/orders/saga?order_id=${orderId}`)).toMatchObject({
      data: {
        execution: {
          states: expect.arrayContaining([expect.objectContaining({ name: 'CommitInventory', status: 'CAUGHT' })]),
        },
      },
    });
    expect(await olaf.post('/orders/redrive', { order_ids: [orderId] })).toMatchObject({
      status: 202,
      data: { redriven: [], refused: [{ order_id: orderId, why: expect.stringContaining('abandon the order') }] },
    });
    expect(await olaf.post('/orders/abandon', { order_id: orderId, reason: 'stock gone' })).toMatchObject({
      status: 202,
    });
    await ann.orderBecomes(orderId, 'REJECTED');
    expect(await ann.get(`/orders/status?order_id=${orderId}`)).toMatchObject({ data: { reason_code: 'ABANDONED' } });
  },
  LONG,
);

test(
  'services and an engine that hang: a customer reads sentences, and nothing of the inside',
  async () => {
    const [paid, cancelled] = [
      await place(ann, { list: [{ id: ITEM, count: 1 }] }),
      await place(ann, { list: [{ id: ITEM, count: 1 }] }),
    ];
    await Promise.all([paid, cancelled].map((orderId) => ann.orderBecomes(orderId, 'AWAITING_PAYMENT')));
    await collectTokens();
    const hanging = stack.processes().filter(({ name }) => ['inventory', 'payment', 'engine'].includes(name));
    expect(hanging).toHaveLength(3);
    for (const { pid } of hanging) {
      process.kill(pid, 'SIGSTOP');
    }
    const answers = await Promise.all([
      ann.get('/inventory/stocks'),
      ann.post('/payment/pay', { list: [{ id: 'tok_visa', order_id: paid }] }),
      ann.post('/orders/cancel', { order_id: cancelled }),
      ann.get(`/orders/status?order_id=${paid}`),
    ]);
    for (const { pid } of hanging) {
      process.kill(pid, 'SIGCONT');
    }
    expect(answers.map(({ status }) => status)).toEqual([503, 503, expect.any(Number), 200]);
    for (const { data } of answers) {
      expect(JSON.stringify(data)).not.toMatch(INSIDE);
    }
    expect(await ann.post('/payment/pay', { list: [{ id: 'tok_visa', order_id: paid }] })).toMatchObject({
      data: true,
    });
    await ann.orderBecomes(paid, 'CONFIRMED');
  },
  LONG,
);

test.each(ROLE_CHECKS)('end to end, $name', async ({ run }) => {
  const [url, headers] = [stack.urls.http, { [API_KEY_HEADER]: keys.olaf }];
  const checked = run({
    url,
    headers,
    api: clientOf(url, headers),
    customer: clientOf(url, { [API_KEY_HEADER]: keys.bob }),
    stranger: clientOf(url, {}),
    stage: undefined,
    receiver: { address: '127.0.0.1', host: '127.0.0.1' },
    eventSecret: undefined,
  });
  await expect(checked).resolves.toBeUndefined();
});

test('two callers with the same idempotency key get two orders', async () => {
  const key = { 'idempotency-key': 'cart-1' };
  const anns = await place(ann, { list: [{ id: ITEM, count: 1 }] }, key);
  const bobs = await place(bob, { list: [{ id: ITEM, count: 2 }] }, key);
  expect(bobs).not.toBe(anns);
  expect(await place(ann, { list: [{ id: ITEM, count: 1 }] }, key)).toBe(anns);
  await Promise.all([ann.orderBecomes(anns, 'AWAITING_PAYMENT'), bob.orderBecomes(bobs, 'AWAITING_PAYMENT')]);
  await collectTokens();
  expect(await bob.post('/orders/cancel', { order_id: bobs })).toMatchObject({ status: 202 });
  await bob.orderBecomes(bobs, 'CANCELLED');
  await ann.orderBecomes(anns, 'AWAITING_PAYMENT');
});

test('orders reach every outcome under mutual TLS', async () => {
  const order = (method: string | undefined) => place(bob, { list: [{ id: ITEM, count: 1 }], payment: { method } });
  await bob.orderBecomes(await order('tok_visa'), 'CONFIRMED');
  for (const method of METHODS.slice(1)) {
    await bob.orderBecomes(await order(method), 'REJECTED');
  }
});

test('the gRPC services refuse connections without a client certificate', async () => {
  const authority = Buffer.from(certificates.authority);
  const shown = [Buffer.from(certificates.client.key), Buffer.from(certificates.client.certificate)] as const;
  // A server certificate is not valid for a client.
  const wrong = [Buffer.from(certificates.server.key), Buffer.from(certificates.server.certificate)] as const;
  const reaches = async (channel: ReturnType<typeof credentials.createSsl>): Promise<boolean> => {
    const client = new InventoryServiceClient(stack.urls.inventory.replace('127.0.0.1', 'localhost'), channel);
    try {
      await call(client, client.listItems, { pageSize: 1, pageToken: '' }, { deadline: Date.now() + 3_000 });
      return true;
    } catch {
      return false;
    } finally {
      client.close();
    }
  };
  expect(await reaches(credentials.createSsl(authority, ...shown))).toBe(true);
  expect(await reaches(credentials.createSsl(authority))).toBe(false);
  expect(await reaches(credentials.createSsl(authority, ...wrong))).toBe(false);
  expect(await reaches(credentials.createInsecure())).toBe(false);
});

test(
  'no log contains a task token, API key or payment method, and no answer a token or key',
  async () => {
    await stack.stop();
    expect(tokens.size).toBeGreaterThanOrEqual(3);
    for (const token of tokens) {
      expect(token.length).toBeGreaterThanOrEqual(43);
    }
    const logs = readdirSync(join(folder, 'data', 'logs')).map((file) => [
      file,
      readFileSync(join(folder, 'data', 'logs', file), 'utf8'),
    ]);
    expect(logs.map(([file]) => file).toSorted()).toEqual(
      expect.arrayContaining(['api.log', 'engine.log', 'inventory.log', 'payment.log']),
    );
    expect(logs.find(([file]) => file === 'api.log')?.[1]).toContain('answered');
    const secrets = [...tokens, ...Object.values(keys)];
    for (const secret of [...secrets, ...METHODS]) {
      expect(logs.filter(([, text]) => text?.includes(secret)).map(([file]) => `${secret} is in ${file}`)).toEqual([]);
    }
    for (const secret of secrets) {
      expect(api.answers.filter((answer) => answer.includes(secret))).toEqual([]);
    }
    expect(stack.output()).not.toContain(keys.ann);
  },
  LONG,
);

async function place(
  caller: ApiCaller,
  order: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await caller.post('/orders/place', order, headers);
  expect(answer).toMatchObject({ status: 202 });
  return (answer.data as { readonly order_id: string }).order_id;
}

/** Remembers the task tokens of all waiting sagas. */
async function collectTokens(): Promise<void> {
  const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({
    endpoint: stack.urls.dynamodb,
    region: 'us-east-1',
    credentials: localCredentials,
  });
  const documents = DynamoDBDocumentClient.from(client);
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: 'orders-dev' }));
  for (const { task_token } of Items) {
    if (typeof task_token === 'string') {
      tokens.add(task_token);
    }
  }
  client.destroy();
}

function writeCertificates(into: string, { authority, server, client }: LocalCertificates): string {
  mkdirSync(into);
  const write = (name: string, pem: string) => writeFileSync(join(into, name), pem, { mode: 0o600 });
  write(CERTIFICATE_FILES.authority, authority);
  write(CERTIFICATE_FILES.serverCertificate, server.certificate);
  write(CERTIFICATE_FILES.serverKey, server.key);
  write(CERTIFICATE_FILES.clientCertificate, client.certificate);
  write(CERTIFICATE_FILES.clientKey, client.key);
  return into;
}
