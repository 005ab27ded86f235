import { expect, test } from '@jest/globals';
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
