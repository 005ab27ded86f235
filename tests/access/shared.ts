import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { CERTIFICATE_FILES } from '../../embedded/certificate-files.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../embedded/stack.ts';
import { API_KEY_HEADER, apiKeyEntry, hashOfApiKey, newApiKey } from '../../functions/access/api-keys.ts';
import { type LocalCertificates, makeLocalCertificates } from '../../scripts/local-certificates.ts';
import { dynamoDbClient } from '../support/dynamodb.ts';
import { type ApiCaller, RecordedApi } from '../support/recorded-api.ts';

// One stack with API keys, mutual TLS and debug logs, for all parts of `access-control.test.ts`.
export const ITEM = 'dad78a5a-3c27-449f-8696-fd745260884e';
export const METHODS = ['tok_visa', 'tok_declined', 'tok_insufficient_funds', `tok_${randomUUID()}`];
export const LONG = 60_000;

/** The API keys of two customers and an operator. */
export const KEYS = { ann: newApiKey(), bob: newApiKey(), olaf: newApiKey() };

export const ann = callerWith({ [API_KEY_HEADER]: KEYS.ann });
export const bob = callerWith({ [API_KEY_HEADER]: KEYS.bob });
/** The operator. */
export const olaf = callerWith({ [API_KEY_HEADER]: KEYS.olaf });
export const stranger = callerWith({});

/** The task tokens that were seen by `collectTokens`. */
export const tokens = new Set<string>();

interface GuardedStack {
  readonly stack: EmbeddedStack;
  /** Its log folder. */
  readonly logs: string;
  readonly certificates: LocalCertificates;
  /** Keeps every answer. */
  readonly api: RecordedApi;
}

let folder: string;
let running: GuardedStack | undefined;

/** The stack, within tests and hooks. */
export const access: GuardedStack = {
  get stack() {
    return started().stack;
  },
  get logs() {
    return started().logs;
  },
  get certificates() {
    return started().certificates;
  },
  get api() {
    return started().api;
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-'));
  const data = join(folder, 'data');
  const certificates = await makeLocalCertificates();
  const entries = Object.entries(KEYS).map(([name, key]) =>
    apiKeyEntry({ name, hash: hashOfApiKey(key), role: name === 'olaf' ? 'operator' : 'customer' }),
  );
  const stack = await startEmbeddedStack({
    dataDirectory: data,
    environment: {
      AUTH_MODE: 'api-key',
      API_KEYS: entries.join(','),
      EMBEDDED_MTLS: '1',
      CERTIFICATES_DIR: writeCertificates(join(folder, 'certificates'), certificates),
      LOG_LEVEL: 'debug',
    },
  });
  running = { stack, logs: join(data, 'logs'), certificates, api: new RecordedApi(stack.urls.http) };
}, LONG);

afterAll(async () => {
  await running?.stack.stop();
  await rm(folder, { recursive: true, force: true });
}, LONG);

/** Places an order, and returns its id. */
export async function place(
  caller: ApiCaller,
  order: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await caller.post('/orders/place', order, headers);
  expect(answer).toMatchObject({ status: 202 });
  return (answer.data as { readonly order_id: string }).order_id;
}

/** Remembers the task tokens of all waiting sagas. */
export async function collectTokens(): Promise<void> {
  const client = dynamoDbClient(access.stack.urls.dynamodb);
  const documents = DynamoDBDocumentClient.from(client);
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: 'orders-dev' }));
  for (const { task_token } of Items) {
    if (typeof task_token === 'string') {
      tokens.add(task_token);
    }
  }
  client.destroy();
}

function callerWith(credentials: Readonly<Record<string, string>>): ApiCaller {
  const caller = (): ApiCaller => access.api.as(credentials);
  return {
    get: (...request) => caller().get(...request),
    post: (...request) => caller().post(...request),
    orderBecomes: (...change) => caller().orderBecomes(...change),
  };
}

function started(): GuardedStack {
  if (running === undefined) {
    throw new Error('the stack is there within tests and hooks only');
  }
  return running;
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
