import { expect, jest, test } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { httpEvent } from '../../tests/support/http-event.ts';
import { rootLogger } from '../common/logger.ts';
import { continueTrace, httpRequest } from './http-request.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

test('a request continues the trace of its traceparent, with the flags, in a span of its own', () => {
  const incoming = `00-${TRACE_ID}-00f067aa0ba902b7-00`;
  const outgoing = continueTrace(incoming);
  expect(outgoing).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
  expect(outgoing).not.toBe(incoming);
});

test.each([
  ['absent', undefined],
  ['not a traceparent', 'hello'],
  ['all zero', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
])('a request whose traceparent is %s starts a new trace', (_case, incoming) => {
  expect(continueTrace(incoming)).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

function received(event: Partial<APIGatewayProxyEvent>) {
  return httpRequest({ ...httpEvent(), ...event }, 'request-1', rootLogger());
}

test.each([undefined, null, ''])('a body of %j is empty', (body) => {
  expect(received({ body: body as string | null }).body).toBe('');
  expect(received({ body: body as string | null, isBase64Encoded: true }).body).toBe('');
});

test('a body is decoded as UTF-8 where API Gateway has encoded it, and left alone elsewhere', () => {
  const encoded = Buffer.from('häuser').toString('base64');
  expect(received({ body: encoded, isBase64Encoded: true }).body).toBe('häuser');
  expect(received({ body: encoded, isBase64Encoded: false }).body).toBe(encoded);
});

test('headers are found by their name in any case; a request without any has none', () => {
  const { header, headerValues } = received({ headers: { 'X-API-key': 'k' } });
  expect([header('x-api-KEY'), headerValues('X-Api-Key'), header('x-api')]).toEqual(['k', ['k'], undefined]);
  const none = received({ headers: null as never });
  expect([none.header('x-api-key'), none.headerValues('x-api-key')]).toEqual([undefined, []]);
});

test('a request without a query has no parameters', () => {
  expect(received({ queryStringParameters: null }).query).toEqual({});
});

function calledBy(authorizer: unknown) {
  const { owner, roles } = received({ requestContext: { authorizer } as APIGatewayProxyEvent['requestContext'] });
  return { owner, roles };
}

test.each([[undefined], [null], [{}], [{ owner: '' }], [{ owner: 7 }], [{ owner: ['ann'] }]])(
  'an authorizer that reports %j names no owner',
  (authorizer) => {
    expect(calledBy(authorizer).owner).toBeUndefined();
  },
);

test('roles are those of the credentials; an owner without one is a customer, also where the API is open', () => {
  expect(calledBy({ owner: 'ann', role: 'operator' })).toEqual({ owner: 'ann', roles: ['customer', 'operator'] });
  expect(calledBy({ owner: 'ann', role: 'customer' })).toEqual({ owner: 'ann', roles: ['customer'] });
  for (const role of [undefined, '', 'Operator', 'operators', 'admin', ['operator'], 'toString']) {
    expect(calledBy({ owner: 'ann', role })).toEqual({ owner: 'ann', roles: ['customer'] });
  }
});

test('without an owner, everybody has all roles where AUTH_MODE is none, and nobody has any elsewhere', () => {
  expect(calledBy(undefined).roles).toEqual(['customer', 'operator']);
  process.env.AUTH_MODE = 'api-key';
  expect([calledBy(undefined).roles, calledBy({ role: 'operator' }).roles]).toEqual([[], []]);
  process.env.AUTH_MODE = 'none';
});

function addressOf(
  headers: Readonly<Record<string, string>>,
  paths: { readonly path?: string; readonly full?: string },
) {
  const requestContext = (paths.full === undefined ? undefined : { path: paths.full }) as never;
  return received({ headers, path: paths.path ?? '/orders', requestContext }).apiUrl;
}

test.each([
  ['api.example', 'http://api.example'],
  ['API-1.example:8443', 'http://API-1.example:8443'],
  ['127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ['[::1]:3000', 'http://[::1]:3000'],
  ['[2001:DB8::1]', 'http://[2001:DB8::1]'],
  ['api.example:123456', undefined],
  ['api.example:', undefined],
  ['api.example:x', undefined],
  ['api.example/path', undefined],
  ['user@api.example', undefined],
  ['x[::1]', undefined],
  ['[::1]x', undefined],
  ['[]', undefined],
  ['', undefined],
])('a caller that sends Host %j finds the API at %s', (host, expected) => {
  expect(addressOf({ Host: host }, {})).toBe(expected);
});

test('the address of the API has the stage before the path, where there is one, and the scheme of the caller', () => {
  const https = { Host: 'api.example', 'X-Forwarded-Proto': 'https' };
  expect(addressOf(https, { full: '/dev/orders' })).toBe('https://api.example/dev');
  expect(addressOf(https, { full: '/orders' })).toBe('https://api.example');
  expect(addressOf(https, { full: '/orders/dev' })).toBe('https://api.example');
  expect(addressOf({ Host: 'api.example', 'X-Forwarded-Proto': 'http' }, {})).toBe('http://api.example');
  expect(addressOf({}, {})).toBeUndefined();
});

test('a body that serverless-offline passes as a value is its JSON', () => {
  expect([false, 0, { a: 1 }].map((body) => received({ body: body as never }).body)).toEqual(['false', '0', '{"a":1}']);
});

test('every value of a header that was sent twice is found, by its name in any case', () => {
  const multiValueHeaders = { 'X-Key': ['a', 'b'], 'x-key': ['c'], 'X-Other': ['d'], 'X-Empty': undefined };
  const { headerValues } = received({ headers: { 'X-Key': 'b', 'X-Alone': 'e' }, multiValueHeaders });
  expect(headerValues('x-kEY')).toEqual(['a', 'b', 'c']);
  expect([headerValues('x-alone'), headerValues('x-empty'), headerValues('x-none')]).toEqual([['e'], [], []]);
});

test('the variables of the path are there, or none', () => {
  expect(received({ pathParameters: { id: 'wh_1' } }).pathVariables).toEqual({ id: 'wh_1' });
  expect(received({ pathParameters: null }).pathVariables).toEqual({});
});

test('a request has an id, a path and a trace, and its log has them too', () => {
  const traceparent = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
  const info = jest.spyOn(rootLogger(), 'info');
  const request = received({ headers: { traceparent }, path: '/orders' });
  request.log.info('seen');
  expect(request).toMatchObject({ requestId: 'request-1', path: '/orders' });
  expect(request.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-`));
  expect(info.mock.calls).toEqual([['seen', { request_id: 'request-1', traceparent: request.traceparent }]]);
  info.mockRestore();
});
