import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { authenticateByApiKey, hashOfApiKey, newApiKey } from '../../functions/access/api-keys.ts';
import type { Authenticate } from '../../functions/access/authentication.ts';
import { readBody } from '../../functions/http/request-reading.ts';
import { tracesAnswer } from '../traces/traces-answer.ts';
import { type LaboratoryEndpoint, startLaboratoryEndpoint, TOKEN_HEADER } from './laboratory-endpoint.ts';

const everybody: Authenticate = async () => ({ outcome: 'ANONYMOUS' });
let endpoint: LaboratoryEndpoint;
let broken: string[];
let token: string;

async function start(authenticate: Authenticate): Promise<void> {
  broken = [];
  endpoint = await startLaboratoryEndpoint({
    authenticate,
    calls: (made) => {
      token = made;
      return {
        'GET /laboratory': async () => ({ token: made }),
        'POST /laboratory/break': async (asked) => {
          broken.push(readBody(asked, z.strictObject({ what: z.string({ error: 'must be a text' }) })).what);
          return null;
        },
        'GET /laboratory/traces': async ({ query }) => tracesAnswer(undefined, query),
      };
    },
  });
}

beforeEach(() => start(everybody));
afterEach(() => endpoint.close());

async function call(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<{ readonly status: number | undefined; readonly code: unknown; readonly data: unknown }> {
  const sent = request({ host: '127.0.0.1', port: endpoint.port, agent: false, method, path, headers }).end(body);
  const [answered] = (await once(sent, 'response')) as [IncomingMessage];
  const { meta, data } = (await json(answered)) as { meta: { code?: string } | null; data: unknown };
  return { status: answered.statusCode, code: meta?.code, data };
}

/** Asks to break the engine; without further headers as the console does. */
function breakEngine(headers: Readonly<Record<string, string>> = {}, body = '{"what":"engine"}') {
  return call(
    'POST',
    '/laboratory/break',
    { 'content-type': 'application/json', [TOKEN_HEADER]: token, ...headers },
    body,
  );
}

describe('the laboratory', () => {
  test('does what the page of its own origin asks for, with the token that this page has read', async () => {
    const host = `localhost:${endpoint.port}`;
    const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    const { data } = await call('GET', '/laboratory', own);
    expect(data).toEqual({ token });
    expect((await breakEngine({ ...own, [TOKEN_HEADER]: (data as { token: string }).token })).status).toBe(200);
    expect(broken).toEqual(['engine']);
  });

  test.each([
    ['a page of the internet', { origin: 'https://elsewhere.example' }, 403],
    ['a page without an origin, as in a sandboxed frame', { origin: 'null' }, 403],
    ['a page of another port of this machine', { host: 'localhost:3000', origin: 'http://localhost:8080' }, 403],
    ['a page whose own name resolves to this machine', { host: 'rebound.example:3000' }, 403],
    [
      'the same page, where its origin is its own name',
      { host: 'rebound.example:3000', origin: 'http://rebound.example:3000' },
      403,
    ],
    ['a form of another page', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a program without the token', { [TOKEN_HEADER]: '' }, 403],
    ['a page with the token of an earlier start', { [TOKEN_HEADER]: 'x'.repeat(32) }, 403],
    ['a body of plain text, which any page may send', { 'content-type': 'text/plain' }, 415],
    ['a form, which any page may send', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('breaks nothing for %s', async (_who, headers, status) => {
    expect((await breakEngine(headers)).status).toBe(status);
    expect(broken).toEqual([]);
  });

  test.each([
    { origin: 'https://elsewhere.example' },
    { host: 'rebound.example:3000' },
    { 'sec-fetch-site': 'cross-site' },
  ])('tells its token to no page of another origin: %j', async (headers) => {
    const { status, data } = await call('GET', '/laboratory', headers as Readonly<Record<string, string>>);
    expect(status).toBe(403);
    expect(JSON.stringify(data)).not.toContain(token);
  });

  test('answers bad input and unknown calls in words', async () => {
    expect(await breakEngine({}, '{"what":5}')).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
      data: 'what: must be a text',
    });
    expect(await breakEngine({}, '{')).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    expect(await call('GET', '/laboratory/break', {})).toMatchObject({ status: 404, code: 'NO_SUCH_CALL' });
    expect(broken).toEqual([]);
  });

  test('reads a query, and says in words how traces are switched on', async () => {
    expect(await call('GET', `/laboratory/traces?order_id=${crypto.randomUUID()}`, {})).toEqual({
      status: 404,
      code: 'TRACES_OFF',
      data: expect.stringContaining('TRACES=console npm start'),
    });
    expect(await call('GET', '/laboratory/traces?order_id=7', {})).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
    });
  });

  test('is for operators alone where the API asks who somebody is', async () => {
    endpoint.close();
    const [operator, customer] = [newApiKey(), newApiKey()];
    const keys = [
      { name: 'ada', hash: hashOfApiKey(operator), role: 'operator' },
      { name: 'bob', hash: hashOfApiKey(customer), role: 'customer' },
    ] as const;
    await start(authenticateByApiKey(keys));
    const statuses = [
      (await breakEngine()).status,
      (await breakEngine({ 'x-api-key': customer })).status,
      (await call('GET', '/laboratory', { 'x-api-key': customer })).status,
    ];
    expect([statuses, broken]).toEqual([[401, 403, 403], []]);
    expect((await breakEngine({ 'x-api-key': operator })).status).toBe(200);
  });
});
