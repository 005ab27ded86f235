import { describe, expect, jest, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { keptLog } from '../../tests/support/kept-log.ts';
import { InvalidTaskInputError, OutOfStockError, RetryableError, ServiceContractError } from '../common/errors.ts';
import { createEndpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';
import { respond } from './response.ts';

async function answered(work: (request: HttpRequest) => Promise<ReturnType<typeof respond>>, headers = {}) {
  const { logger, lines, restore } = keptLog();
  try {
    return { ...read(await createEndpoint(work, { parent: () => logger })(httpEvent({ headers }))), lines };
  } finally {
    restore();
  }
}

test('an unexpected error becomes a 500 that reveals nothing, and is found in the log by its request id', async () => {
  const { statusCode, meta, data, lines } = await answered(async () => {
    throw new TypeError('secret detail');
  });
  expect(statusCode).toBe(500);
  expect(meta).toEqual({ code: 'INTERNAL_ERROR', request_id: 'request-1' });
  expect(data).not.toContain('secret');
  expect(lines.at(-1)).toMatchObject({
    message: 'failed',
    request_id: 'request-1',
    error: { message: 'secret detail', stack: expect.anything() },
  });
});

test('a thrown value that is not an error becomes a 500 too', async () => {
  const thrown: unknown = 'a text';
  expect(await answered(() => Promise.reject(thrown))).toMatchObject({ statusCode: 500 });
});

test('the response to a terminal error has its message and its code', async () => {
  const { statusCode, success, meta, data } = await answered(async () => {
    throw new OutOfStockError('item1: 5 wanted, 3 left');
  });
  expect({ statusCode, success, data }).toEqual({ statusCode: 409, success: false, data: 'item1: 5 wanted, 3 left' });
  expect(meta).toMatchObject({ code: 'OUT_OF_STOCK' });
});

test('the response to a retryable error has a Retry-After, spread at random', async () => {
  const seconds = new Set<unknown>();
  for (let time = 0; time < 50; time += 1) {
    const { statusCode, headers } = await answered(async () => {
      throw new RetryableError('OVERLOADED', 'too many requests at once');
    });
    expect(statusCode).toBe(503);
    seconds.add(headers?.['Retry-After']);
  }
  expect(seconds.size).toBeGreaterThan(1);
  for (const value of seconds) {
    expect(value).toMatch(/^[1-5]$/);
  }
});

test('every line of a request carries its order, its request id and its trace', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const { lines } = await answered(
    async (request) => {
      request.log.add({ order_id: 'order-1' });
      request.log.info('at work');
      return respond(200, true);
    },
    { TraceParent: traceparent },
  );
  expect(lines.map(({ message }) => message)).toEqual(['at work', 'answered']);
  for (const line of lines) {
    expect(line).toMatchObject({
      order_id: 'order-1',
      request_id: 'request-1',
      traceparent: expect.stringContaining('4bf92f3577b34da6a3ce929d0e0e4736'),
    });
  }
});

test('requests that overlap in one process keep their logs apart', async () => {
  const { lines, logger, restore } = keptLog();
  const endpoint = createEndpoint(
    async (request) => {
      request.log.add({ order_id: request.query.order_id ?? '' });
      await new Promise((resolve) => setImmediate(resolve));
      request.log.info('at work', { expected: request.query.order_id ?? '' });
      return respond(200, true);
    },
    { parent: () => logger },
  );
  await Promise.all(['a', 'b', 'c'].map((order_id) => endpoint(httpEvent({ query: { order_id } }))));
  restore();
  const worked = lines.filter(({ message }) => message === 'at work');
  expect(worked).toHaveLength(3);
  for (const { order_id, expected } of worked) {
    expect(order_id).toBe(expected);
  }
});

describe('an endpoint for operators', () => {
  const endpoint = createEndpoint(async ({ owner }) => respond(200, owner ?? 'anybody'), { roles: ['operator'] });

  test('refuses a customer before it reads the request, with an answer that says nothing', async () => {
    for (const role of ['customer', undefined, 'root']) {
      const event = httpEvent({ body: '{', owner: 'ann', ...(role !== undefined && { role }) });
      expect(read(await endpoint(event))).toMatchObject({
        statusCode: 403,
        data: 'that is not allowed',
        meta: { code: 'FORBIDDEN', request_id: 'request-1' },
      });
    }
  });

  test('serves an operator, and everybody where the API asks for no credentials', async () => {
    expect(read(await endpoint(httpEvent({ owner: 'olaf', role: 'operator' })))).toMatchObject({ data: 'olaf' });
    expect(read(await endpoint(httpEvent()))).toMatchObject({ data: 'anybody' });
  });
});

test('where the API asks for credentials and no authorizer has named the caller, only what is open answers', async () => {
  process.env.AUTH_MODE = 'api-key';
  try {
    const work = async () => respond(200, 'worked');
    for (const roles of [undefined, ['customer'], ['operator']] as const) {
      expect(read(await createEndpoint(work, { roles })(httpEvent()))).toMatchObject({
        statusCode: 401,
        meta: { code: 'UNAUTHENTICATED' },
        data: 'credentials are missing or not valid; see /docs for how to send them',
      });
    }
    expect(read(await createEndpoint(work, { open: true })(httpEvent()))).toMatchObject({ data: 'worked' });
  } finally {
    process.env.AUTH_MODE = 'none';
  }
});

test.each([
  ['a fault of ours', new TypeError('fault'), 'ERROR', 'failed'],
  ['an input that a service refused', new InvalidTaskInputError('fault'), 'ERROR', 'failed'],
  ['a service that breaks its contract', new ServiceContractError('fault'), 'ERROR', 'failed'],
  ['a refusal', new OutOfStockError('none left'), 'INFO', 'refused'],
  ['a service that does not answer', new RetryableError('OVERLOADED', 'later'), 'WARN', 'could not be answered'],
])('the log has %s with its level, its outcome and its cause', async (_what, error, level, message) => {
  const { lines, statusCode, meta } = await answered(() => Promise.reject(error));
  expect(lines).toMatchObject([
    { level, message, method: 'GET', path: '/test', status: statusCode, code: meta?.code, ms: expect.any(Number) },
  ]);
  expect(lines[0]?.why ?? lines[0]?.error).toBe(level === 'INFO' ? error.message : error);
});

test.each([
  ['a task’s input', new InvalidTaskInputError('lines.0.count')],
  ['a service’s contract', new ServiceContractError('10.0.0.7 answered without a price')],
])('the response to a fault of ours in %s does not tell its message', async (_what, error) => {
  const { statusCode, meta, data } = await answered(() => Promise.reject(error));
  expect([statusCode, meta?.code]).toEqual([500, 'INTERNAL_ERROR']);
  expect(data).toContain('something went wrong on our side');
  expect(data).not.toContain(error.message);
});

test('the response to an unanswered service has the sentence for callers, and the log has the one for operators', async () => {
  const error = new RetryableError('INVENTORY_UNAVAILABLE', 'UNAVAILABLE 10.0.0.7:50051', { publicMessage: 'later' });
  const { data, lines } = await answered(() => Promise.reject(error));
  expect(data).toBe('later');
  expect(lines.at(-1)).toMatchObject({ error: { message: 'UNAVAILABLE 10.0.0.7:50051' } });
});

test('Retry-After is from 1 to 5 seconds, and only of a 503', async () => {
  const random = jest.spyOn(Math, 'random');
  const seconds: unknown[] = [];
  for (const value of [0, 0.2, 0.999]) {
    random.mockReturnValue(value);
    const { headers } = await answered(() => Promise.reject(new RetryableError('OVERLOADED', 'later')));
    seconds.push(headers?.['Retry-After']);
  }
  random.mockRestore();
  expect(seconds).toEqual(['1', '2', '5']);
  const refused = await answered(() => Promise.reject(new OutOfStockError('none left')));
  expect(refused.headers).not.toHaveProperty('Retry-After');
});

test('responses are JSON that no cache keeps and no browser guesses at', async () => {
  const { headers } = await answered(async () => respond(200, true));
  expect(headers).toEqual({
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ETag: expect.stringMatching(/^"[\w-]{22}"$/),
  });
});

test.each([
  [399, true],
  [400, false],
])('a response with status %i has success: %s', (status, success) => {
  expect(read(respond(status, null))).toMatchObject({ success, meta: null, data: null });
});

test('a request without an id of API Gateway gets one of its own', async () => {
  const endpoint = createEndpoint(() => Promise.reject(new OutOfStockError('none left')));
  const ids = await Promise.all(
    [1, 2].map(
      async () => read(await endpoint({ ...httpEvent(), requestContext: undefined as never })).meta?.request_id,
    ),
  );
  expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(new Set(ids).size).toBe(2);
});

test('a GET that the caller has the answer to is answered with 304, until the answer changes', async () => {
  let count = 1;
  const endpoint = createEndpoint(async () => respond(200, { count }));
  const { headers } = await endpoint(httpEvent());
  const asking = httpEvent({ headers: { 'if-none-match': `"other", W/${String(headers?.ETag)}` } });
  expect(await endpoint(asking)).toMatchObject({ statusCode: 304, body: '', headers: { ETag: headers?.ETag } });
  count = 2;
  expect(await endpoint(asking)).toMatchObject({ statusCode: 200 });
  expect((await endpoint({ ...asking, httpMethod: 'POST' })).headers).not.toHaveProperty('ETag');
});
