import { generateKeyPairSync } from 'node:crypto';
import { afterEach, expect, jest, test } from '@jest/globals';
import { apiKeyEntry, hashOfApiKey, newApiKey } from './access/api-keys.ts';

const NAMES = [
  'AUTH_MODE',
  'API_KEYS',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_ALGORITHM',
  'JWT_JWKS_URL',
  'JWT_PUBLIC_KEY',
  'ORDERS_TABLE',
  'INVENTORY_GRPC_URL',
  'GRPC_CA_FILE',
] as const;
type Variables = Partial<Record<(typeof NAMES)[number], string>>;

function clear() {
  for (const name of NAMES) {
    delete process.env[name];
  }
}
afterEach(clear);

/** The dependencies of a new process with these variables. */
async function environment(variables: Variables) {
  clear();
  Object.assign(process.env, variables);
  jest.resetModules();
  return import('./environment.ts');
}

const PUBLIC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const JWT = { AUTH_MODE: 'jwt', JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'orders' } as const;

test('AUTH_MODE none lets everybody pass', async () => {
  const { authentication } = await environment({ AUTH_MODE: 'none' });
  expect(await authentication()(() => undefined)).toEqual({ outcome: 'ANONYMOUS' });
});

test('AUTH_MODE api-key authenticates by the keys of API_KEYS', async () => {
  const key = newApiKey();
  const API_KEYS = apiKeyEntry({ name: 'ann', hash: hashOfApiKey(key) });
  const { authentication } = await environment({ AUTH_MODE: 'api-key', API_KEYS });
  const byKey = (sent: string) => authentication()((name) => (name === 'X-Api-Key' ? sent : undefined));
  expect(await byKey(key)).toMatchObject({ outcome: 'AUTHENTICATED', caller: { owner: 'ann' } });
  expect(await byKey(newApiKey())).toMatchObject({ outcome: 'REFUSED' });
});

test.each<readonly [string, Variables, string]>([
  ['no mode', {}, 'AUTH_MODE'],
  ['api-key without keys', { AUTH_MODE: 'api-key' }, 'API_KEYS'],
  ['jwt without an issuer', { AUTH_MODE: 'jwt', JWT_AUDIENCE: 'orders', JWT_PUBLIC_KEY: PUBLIC_KEY }, 'JWT_ISSUER'],
  ['jwt without an audience', { ...JWT, JWT_AUDIENCE: '', JWT_PUBLIC_KEY: PUBLIC_KEY }, 'JWT_AUDIENCE'],
  ['jwt without keys', JWT, 'JWT_JWKS_URL or JWT_PUBLIC_KEY must be set, and not both'],
  [
    'jwt with two sources of keys',
    { ...JWT, JWT_PUBLIC_KEY: PUBLIC_KEY, JWT_JWKS_URL: 'https://issuer.example/keys' },
    'JWT_JWKS_URL or JWT_PUBLIC_KEY must be set, and not both',
  ],
])('with %s nobody passes, and the fault is named', async (_what, variables, message) => {
  const { authentication } = await environment(variables);
  expect(authentication).toThrow(message);
});

test.each<readonly [string, Variables]>([
  ['a public key', { ...JWT, JWT_ALGORITHM: 'ES256', JWT_PUBLIC_KEY: PUBLIC_KEY }],
  ['a URL of keys', { ...JWT, JWT_JWKS_URL: 'https://issuer.example/keys' }],
])('AUTH_MODE jwt with %s authenticates by bearer tokens', async (_source, variables) => {
  const { authentication } = await environment(variables);
  expect(await authentication()(() => undefined)).toEqual({ outcome: 'REFUSED', why: 'no bearer token' });
});

test('a client is made once a process, and not before its first use', async () => {
  const { orderTable } = await environment({ ORDERS_TABLE: 'orders-test' });
  expect(orderTable().name).toBe('orders-test');
  expect(orderTable()).toBe(orderTable());
  const incomplete = await environment({});
  expect(incomplete.orderTable).toThrow('ORDERS_TABLE');
});

test('the client of a service with certificate files and a plaintext address is not made', async () => {
  const { inventory } = await environment({ INVENTORY_GRPC_URL: 'inventory:50051', GRPC_CA_FILE: 'ca.pem' });
  expect(inventory).toThrow('write grpcs://inventory:50051');
});
