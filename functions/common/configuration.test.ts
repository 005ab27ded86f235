import { expect, test } from '@jest/globals';
import { readConfiguration } from './configuration.ts';

test('the configuration has the variables that were asked for, with their defaults', () => {
  const configuration = readConfiguration(['ORDERS_TABLE', 'PAYMENT_WINDOW_SECONDS', 'GRPC_CA_FILE'], {
    ORDERS_TABLE: 'orders-dev',
    INVENTORY_GRPC_URL: 'not asked for',
  });
  expect(configuration).toEqual({ ORDERS_TABLE: 'orders-dev', PAYMENT_WINDOW_SECONDS: 900 });
});

test('numeric variables are parsed as numbers', () => {
  expect(readConfiguration(['PLACE_MAX_IN_FLIGHT'], { PLACE_MAX_IN_FLIGHT: '7' })).toEqual({ PLACE_MAX_IN_FLIGHT: 7 });
});

test.each([
  [{}, 'Environment variable ORDERS_TABLE is not set; it must be the name of the orders table'],
  [{ ORDERS_TABLE: '' }, 'Environment variable ORDERS_TABLE is not set; it must be the name of the orders table'],
  [
    { ORDERS_TABLE: 'orders', PAYMENT_WINDOW_SECONDS: 'soon' },
    'Environment variable PAYMENT_WINDOW_SECONDS must be a number',
  ],
  [
    { ORDERS_TABLE: 'orders', PAYMENT_WINDOW_SECONDS: ' ' },
    'Environment variable PAYMENT_WINDOW_SECONDS must be a number',
  ],
  [
    { ORDERS_TABLE: 'orders', PAYMENT_WINDOW_SECONDS: '1e3' },
    'Environment variable PAYMENT_WINDOW_SECONDS must be a number',
  ],
  [
    { ORDERS_TABLE: 'orders', PAYMENT_WINDOW_SECONDS: '0' },
    'Environment variable PAYMENT_WINDOW_SECONDS must be 1 or more',
  ],
])('a missing or wrong variable is named: %j', (environment, message) => {
  expect(() => readConfiguration(['ORDERS_TABLE', 'PAYMENT_WINDOW_SECONDS'], environment)).toThrow(message);
});

test('every variable that is missing or wrong is named at once', () => {
  const read = () => readConfiguration(['ORDERS_TABLE', 'GRPC_DEADLINE_MS', 'AUTH_MODE'], { GRPC_DEADLINE_MS: '0' });
  expect(read).toThrow(
    'Environment variable ORDERS_TABLE is not set; it must be the name of the orders table; ' +
      'GRPC_DEADLINE_MS must be 1 or more; AUTH_MODE must be none, api-key or jwt',
  );
});

test.each([
  ['PAYMENT_WINDOW_SECONDS', 900, 1, 86_400],
  ['PLACE_MAX_IN_FLIGHT', 256, 1, 100_000],
  ['GRPC_DEADLINE_MS', 5_000, 1, 60_000],
  ['GRPC_MAX_CONCURRENT_CALLS', 128, 1, 100_000],
  ['JWT_CLOCK_TOLERANCE_SECONDS', 5, 0, 300],
] as const)('%s is %i by default, from %i to %i', (name, fallback, least, most) => {
  const read = (value?: number) =>
    readConfiguration([name], value === undefined ? {} : { [name]: String(value) })[name];
  expect([read(), read(least), read(most)]).toEqual([fallback, least, most]);
  expect(() => read(least - 1)).toThrow(`${name} must be ${least} or more`);
  expect(() => read(most + 1)).toThrow(`${name} must be ${most} or less`);
  expect(() => read(least + 0.5)).toThrow(`${name} must be a whole number from ${least} to ${most}`);
});

test('trusted hosts are names in small letters; an address, a URL or a wildcard is none', () => {
  const read = (hosts: string) =>
    readConfiguration(['WEBHOOK_TRUSTED_HOSTS'], { WEBHOOK_TRUSTED_HOSTS: hosts }).WEBHOOK_TRUSTED_HOSTS;
  expect(read('Host.docker.internal, receiver')).toEqual(['host.docker.internal', 'receiver']);
  for (const wrong of ['10.0.0.1', '[::1]', 'http://receiver', 'receiver:9000', '*.internal', 'a,,b', ' ']) {
    expect(() => read(wrong)).toThrow('WEBHOOK_TRUSTED_HOSTS must be host names');
  }
});

test.each(['none', 'api-key', 'jwt'])('AUTH_MODE may be %s', (mode) => {
  expect(readConfiguration(['AUTH_MODE'], { AUTH_MODE: mode })).toEqual({ AUTH_MODE: mode });
});

test.each([undefined, '', 'None', 'no', 'api_key', 'jwt '])('AUTH_MODE %j does not open the API', (mode) => {
  expect(() => readConfiguration(['AUTH_MODE'], mode === undefined ? {} : { AUTH_MODE: mode })).toThrow('AUTH_MODE');
});

test('the algorithm of tokens is RS256 unless it is ES256', () => {
  const read = (value: string) => readConfiguration(['JWT_ALGORITHM'], { JWT_ALGORITHM: value }).JWT_ALGORITHM;
  expect([read(''), read('ES256')]).toEqual(['RS256', 'ES256']);
  for (const other of ['none', 'HS256', 'rs256', 'RS256 ']) {
    expect(() => read(other)).toThrow('must be RS256 or ES256');
  }
});

test.each([
  ['https://issuer.example/keys', true],
  ['http://localhost:8080/keys', true],
  ['http://127.0.0.1/keys', true],
  ['http://[::1]:8080/keys', true],
  ['http://issuer.example/keys', false],
  ['http://localhost.issuer.example/keys', false],
  ['http://127.0.0.1.issuer.example/keys', false],
  ['http://127x0x0x1/keys', false],
  ['ftp://issuer.example/keys', false],
  ['see https://issuer.example/keys', false],
])('keys are fetched from %s: %s', (url, allowed) => {
  const read = () => readConfiguration(['JWT_JWKS_URL'], { JWT_JWKS_URL: url });
  if (allowed) {
    expect(read()).toEqual({ JWT_JWKS_URL: url });
  } else {
    expect(read).toThrow('JWT_JWKS_URL must be a URL such as https://');
  }
});
