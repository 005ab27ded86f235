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
    traces: 'off',
  });
});

test.each([
  [{ TRACES: 'yes' }, /TRACES is 'yes'; it must be one of off, console/],
  [
    { TRACES: 'console', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://mine:4318' },
    /sends the spans to http:\/\/mine:4318; unset one/,
  ],
  [{ TRACES: 'console', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://mine:4318' }, /to http:\/\/mine:4318; unset one/],
])('the stack takes no spans from a collector of the user’s own: %j', (environment, message) => {
  expect(() => readConfiguration(environment)).toThrow(message);
});

test('a user’s own collector gets the spans as long as the stack does not keep them', () => {
  expect(readConfiguration({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://mine:4318' }).traces).toBe('off');
  expect(readConfiguration({ TRACES: 'console' }).traces).toBe('console');
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
