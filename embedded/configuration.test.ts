import { expect, test } from '@jest/globals';
import { PROJECT_ROOT, readConfiguration } from './configuration.ts';

test('an empty environment gives the documented ports and data folder', () => {
  expect(readConfiguration({})).toEqual({
    ports: { http: 3000, lambda: 3002, endpoint: 4566, dynamodb: 8000, inventory: 50051, payment: 50052 },
    dataDirectory: `${PROJECT_ROOT}/.embedded`,
    externalDynamoDbUrl: undefined,
    authMode: 'none',
    certificatesDirectory: undefined,
    links: {},
  });
});

test.each([
  [{ HTTP_PORT: 'abc' }, "HTTP_PORT is 'abc'"],
  [{ PAYMENT_PORT: '70000' }, 'from 1 to 65535'],
  [{ HTTP_PORT: '4566' }, 'HTTP_PORT and AWS_ENDPOINT_PORT are both 4566'],
  [{ DYNAMODB_ENDPOINT_URL: 'localhost' }, "DYNAMODB_ENDPOINT_URL is 'localhost'"],
  [{ EMBEDDED_LAMBDA_LINK: 'localhost' }, "EMBEDDED_LAMBDA_LINK is 'localhost'"],
  [{ EMBEDDED_PAYMENT_LINK: 'a b' }, "EMBEDDED_PAYMENT_LINK is 'a b'"],
])('an invalid variable is refused by its name: %o', (environment, message) => {
  expect(() => readConfiguration(environment)).toThrow(message);
});

test.each([
  [{ AUTH_MODE: 'yes' }, /AUTH_MODE is 'yes'; it must be one of none, api-key, jwt/],
  [{ AUTH_MODE: 'api-key' }, /API_KEYS names no key/],
  [{ EMBEDDED_MTLS: 'yes' }, /EMBEDDED_MTLS is 'yes'/],
  [{ EMBEDDED_MTLS: '1', CERTIFICATES_DIR: 'no/such/folder' }, /authority\.pem is not there; make it with/],
])('a setting that would leave the stack less protected than requested is refused: %j', (environment, message) => {
  expect(() => readConfiguration(environment)).toThrow(message);
});
