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
  [{ HTTP_PORT: ' ' }, "HTTP_PORT is ' '"],
  [{ HTTP_PORT: '0x1000' }, "HTTP_PORT is '0x1000'"],
  [{ PAYMENT_PORT: '70000' }, 'from 1 to 65535'],
  [{ HTTP_PORT: '4566' }, 'HTTP_PORT and AWS_ENDPOINT_PORT are both 4566'],
  [{ DYNAMODB_ENDPOINT_URL: 'localhost' }, "DYNAMODB_ENDPOINT_URL is 'localhost'"],
  [{ EMBEDDED_LAMBDA_LINK: 'localhost' }, "EMBEDDED_LAMBDA_LINK is 'localhost'"],
  [{ DYNAMODB_ENDPOINT_URL: 'localhost:8000' }, "DYNAMODB_ENDPOINT_URL is 'localhost:8000'; it must be a URL"],
  [{ EMBEDDED_ENDPOINT_LINK: 'localhost:14566' }, "EMBEDDED_ENDPOINT_LINK is 'localhost:14566'; it must be an address"],
  [{ EMBEDDED_PAYMENT_LINK: 'a b' }, "EMBEDDED_PAYMENT_LINK is 'a b'"],
  [{ EMBEDDED_INVENTORY_LINK: 'http://127.0.0.1:1' }, "EMBEDDED_INVENTORY_LINK is 'http://127.0.0.1:1'"],
  [{ INVENTORY_METRICS_PORT: 'abc' }, "INVENTORY_METRICS_PORT is 'abc'; it must be a whole number from 0 to 65535"],
  [{ PAYMENT_METRICS_PORT: '50052' }, 'PAYMENT_PORT and PAYMENT_METRICS_PORT are both 50052'],
  [{ METRICS: 'statsd' }, "METRICS is 'statsd'; it must be one of cloudwatch, prometheus, off."],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:4318' },
    "OTEL_EXPORTER_OTLP_ENDPOINT is '127.0.0.1:4318'; it must be a URL",
  ],
  [{ OTEL_BSP_SCHEDULE_DELAY: 'soon' }, "OTEL_BSP_SCHEDULE_DELAY is 'soon'; it must be a number."],
  [{ GRPC_CA_FILE: 'ca.pem' }, 'GRPC_CA_FILE is set, but only EMBEDDED_MTLS=1 encrypts the calls of this stack'],
  [{ TLS_SECRET: 'certificates' }, 'unset TLS_SECRET'],
])('an invalid variable is refused by its name: %o', (environment, message) => {
  expect(() => readConfiguration(environment)).toThrow(message);
});

test.each([
  [{ AUTH_MODE: 'yes' }, /AUTH_MODE is 'yes'; it must be one of none, api-key, jwt/],
  [{ AUTH_MODE: 'api-key' }, /API_KEYS names no key/],
  [{ AUTH_MODE: 'jwt' }, /AUTH_MODE is jwt: set JWT_ISSUER and JWT_AUDIENCE/],
  [{ AUTH_MODE: 'jwt', JWT_ISSUER: 'i', JWT_AUDIENCE: 'a' }, /set one of JWT_JWKS_URL, JWT_PUBLIC_KEY and/],
  [{ AUTH_MODE: 'jwt', JWT_PUBLIC_KEY_FILE: '/no/such.pem' }, /^JWT_PUBLIC_KEY_FILE: cannot read \/no\/such\.pem\.$/],
  [{ EMBEDDED_MTLS: 'yes' }, /EMBEDDED_MTLS is 'yes'/],
  [{ EMBEDDED_MTLS: '1', CERTIFICATES_DIR: 'no/such/folder' }, /authority\.pem is not there; make it with/],
])('a setting that would leave the stack less protected than requested is refused: %j', (environment, message) => {
  expect(() => readConfiguration(environment)).toThrow(message);
});
