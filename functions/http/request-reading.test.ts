import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../tests/support/any-text.ts';
import { httpEvent, read, type TestRequest } from '../../tests/support/http-event.ts';
import { cancelOrderBody } from './contract/cancel-order.ts';
import { orderStatusQuery } from './contract/order-status.ts';
import { payBody } from './contract/pay.ts';
import { idempotencyKey, placeOrderBody } from './contract/place-order.ts';
import { createEndpoint } from './endpoint.ts';
import { MAX_BODY_BYTES, readBody, readHeader, readQuery } from './request-reading.ts';
import { respond } from './response.ts';

const ENDPOINTS = {
  place: createEndpoint(async (request) => {
    readHeader(request, 'Idempotency-Key', idempotencyKey);
    return respond(202, readBody(request, placeOrderBody));
  }),
  cancel: createEndpoint(async (request) => respond(202, readBody(request, cancelOrderBody))),
  pay: createEndpoint(async (request) => respond(200, readBody(request, payBody))),
  status: createEndpoint(async (request) => respond(200, readQuery(request, orderStatusQuery))),
};

function sent(endpoint: keyof typeof ENDPOINTS, request: TestRequest) {
  return ENDPOINTS[endpoint](httpEvent(request)).then(read);
}

const LINE = { id: 'item1', count: 1 };

test.each(['', '   ', '{', '{"list":[}', 'undefined', '\u0000', '{"list":[{"id":"a","count":01}]}'])(
  'a body that is not JSON is refused: %j',
  async (body) => {
    expect(await sent('place', { body })).toMatchObject({ statusCode: 400, meta: { code: 'INVALID_REQUEST' } });
  },
);

test('a body of 64 KB is accepted, one byte more is refused', async () => {
  const filled = (bytes: number) => {
    const empty = JSON.stringify({ list: [LINE] });
    return empty + ' '.repeat(bytes - empty.length);
  };
  expect(await sent('place', { body: filled(MAX_BODY_BYTES) })).toMatchObject({ statusCode: 202 });
  expect(await sent('place', { body: filled(MAX_BODY_BYTES + 1) })).toMatchObject({
    statusCode: 413,
    meta: { code: 'BODY_TOO_LARGE' },
  });
});

test('the size of a body is counted in bytes, not in characters', async () => {
  expect(await sent('place', { body: `"${'ä'.repeat(MAX_BODY_BYTES / 2)}"` })).toMatchObject({ statusCode: 413 });
});

test.each([false, 0])(
  'a JSON body of %j is refused, even when serverless-offline passes it as a value',
  async (body) => {
    const event = { ...httpEvent({ body: 'x' }), body: body as unknown as string };
    expect(read(await ENDPOINTS.place(event))).toMatchObject({
      statusCode: 400,
      data: 'the body must be a JSON object with list',
    });
  },
);

test('a body that API Gateway has encoded in base64 is decoded', async () => {
  const event = httpEvent({ body: Buffer.from(JSON.stringify({ list: [LINE] })).toString('base64') });
  expect(await ENDPOINTS.place({ ...event, isBase64Encoded: true })).toMatchObject({ statusCode: 202 });
});

test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.api+json'])(
  'the content type %s is accepted as JSON',
  async (type) => {
    const request = { body: { list: [LINE] }, headers: { 'Content-Type': type } };
    expect(await sent('place', request)).toMatchObject({ statusCode: 202 });
  },
);

test.each(['text/plain', 'application/xml', 'application/jsonp', 'multipart/form-data; boundary=x', 'json'])(
  'the content type %s is refused',
  async (type) => {
    const request = { body: { list: [LINE] }, headers: { 'Content-Type': type } };
    expect(await sent('place', request)).toMatchObject({ statusCode: 415, meta: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
  },
);

test.each(['gzip', 'br', 'deflate', 'identity, gzip', 'x'])(
  'a body with the content encoding %s is refused',
  async (encoding) => {
    const request = { body: { list: [LINE] }, headers: { 'Content-Encoding': encoding } };
    expect(await sent('place', request)).toMatchObject({ statusCode: 415, meta: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
  },
);

test('a body in another character set than UTF-8 is refused, and identity is no encoding', async () => {
  const headers = { 'Content-Type': 'application/json; charset="utf-16"' };
  expect(await sent('place', { body: { list: [LINE] }, headers })).toMatchObject({ statusCode: 415 });
  const plain = { 'Content-Encoding': 'identity', 'Content-Type': 'application/json;charset=UTF-8' };
  expect(await sent('place', { body: { list: [LINE] }, headers: plain })).toMatchObject({ statusCode: 202 });
});

describe('an Idempotency-Key that is sent twice is refused', () => {
  const event = httpEvent({ body: { list: [LINE] } });
  const type = { 'Content-Type': 'application/json' };

  test.each([
    // API Gateway has the last value among the headers, serverless-offline both of them.
    ['k', { 'Idempotency-Key': ['k', 'k'] }],
    ['k, k', { 'Idempotency-Key': ['k', 'k'] }],
    ['k3', { 'Idempotency-Key': ['k2', 'k3'] }],
    ['k, k', { 'Idempotency-Key': ['k'], 'idempotency-key': ['k'] }],
  ])('as %j of %j', async (header, multiValueHeaders) => {
    const headers = { ...type, 'Idempotency-Key': header };
    expect(read(await ENDPOINTS.place({ ...event, headers, multiValueHeaders }))).toMatchObject({
      statusCode: 400,
      meta: { code: 'INVALID_REQUEST', errors: [{ path: 'Idempotency-Key' }] },
    });
  });

  test('once with a comma in it, it is one key', async () => {
    const headers = { ...type, 'Idempotency-Key': 'a, b' };
    const multiValueHeaders = { 'Idempotency-Key': ['a, b'] };
    expect(await ENDPOINTS.place({ ...event, headers, multiValueHeaders })).toMatchObject({ statusCode: 202 });
  });
});

test('a body without a content type is refused: any web page may send one', async () => {
  const event = httpEvent({ body: { list: [LINE] } });
  expect(await ENDPOINTS.place({ ...event, headers: {} })).toMatchObject({ statusCode: 415 });
});

test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
  'the prototype key %s is refused like any unknown field',
  async (key) => {
    for (const [path, body] of [
      [key, `{"list":[{"id":"a","count":1}],"${key}":{"isAdmin":true}}`],
      [`list[0].${key}`, `{"list":[{"id":"a","count":1,"${key}":1}]}`],
    ] as const) {
      expect(await sent('place', { body })).toMatchObject({ statusCode: 400, meta: { errors: [{ path }] } });
    }
    expect(Object.prototype).not.toHaveProperty('isAdmin');
  },
);

test('an item id may be a prototype key, and its lines are added up', async () => {
  const list = ['__proto__', 'constructor', '__proto__'].map((id) => ({ id, count: 2 }));
  expect(await sent('place', { body: { list } })).toMatchObject({
    data: {
      list: [
        { item_id: '__proto__', count: 4 },
        { item_id: 'constructor', count: 2 },
      ],
    },
  });
});

test.each(['1e400', '-1e400', '9007199254740993', '1e21', '0.1', '1000001', 'NaN', '"1"', 'null', 'true', '[1]'])(
  'the count %s is refused',
  async (count) => {
    expect(await sent('place', { body: `{"list":[{"id":"a","count":${count}}]}` })).toMatchObject({ statusCode: 400 });
  },
);

test('field names from the caller are shortened and escaped in the response', async () => {
  const { meta } = await sent('place', { body: { list: [LINE], ['<script>\u0000'.repeat(30)]: 1 } });
  const [fault] = (meta?.errors ?? []) as readonly { readonly path: string }[];
  expect(fault?.path.length).toBeLessThan(500);
  expect(fault?.path).not.toContain('\u0000');
});

test('of a thousand faults the response names the first twenty', async () => {
  const body = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`field${n}`, n]));
  const { meta } = await sent('place', { body: { ...body, list: [LINE] } });
  expect(meta?.errors).toHaveLength(20);
});

const anyBodyText = fc.oneof(anyText, fc.json(), fc.constant('{"list":[{"id":"a","count":1}]}'));
const nearlyRight = fc.record(
  {
    list: fc.array(
      fc.record(
        { id: fc.oneof(fc.constant('a'), fc.string(), fc.anything()), count: fc.oneof(fc.nat(5), fc.anything()) },
        { requiredKeys: [] },
      ),
      { maxLength: 60 },
    ),
    order_id: fc.oneof(fc.uuid(), fc.string()),
    payment: fc.anything(),
    extra: fc.anything(),
  },
  { requiredKeys: [] },
);
const anyBody = fc.oneof(anyBodyText, fc.jsonValue().map(toText), nearlyRight.map(toText));

test('no body causes a 500: each is accepted, or refused in the envelope', async () => {
  const endpoint = fc.constantFrom('place', 'cancel', 'pay');
  await fc.assert(
    fc.asyncProperty(endpoint, anyBody, async (name, body) => {
      const { statusCode, success, meta, data } = await sent(name as keyof typeof ENDPOINTS, { body });
      if (statusCode < 300) {
        expect(success).toBe(true);
      } else {
        expect([400, 413]).toContain(statusCode);
        expect(meta).toMatchObject({ code: expect.any(String), request_id: 'request-1' });
        expect(data).not.toMatch(/\bat .*:\d+:\d+/);
      }
    }),
    { numRuns: 500 },
  );
});

test('no query and no header causes a 500', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(anyText, anyText),
      fc.dictionary(anyText, anyText),
      anyText,
      async (query, headers, key) => {
        expect([200, 400]).toContain((await sent('status', { query, headers })).statusCode);
        const placed = { body: { list: [LINE] }, headers: { ...headers, 'Idempotency-Key': key } };
        expect([202, 400, 415]).toContain((await sent('place', placed)).statusCode);
      },
    ),
    { numRuns: 300 },
  );
});

function sum(counts: readonly { readonly count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}

test('an accepted order has at most 50 lines, whole counts within bounds, and each item once', async () => {
  const line = fc.record({ id: fc.constantFrom('a', 'b', 'c'), count: fc.integer({ min: 1, max: 400_000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 55 }), async (list) => {
      const { statusCode, data } = await sent('place', { body: { list } });
      const most = Math.max(...['a', 'b', 'c'].map((item) => sum(list.filter(({ id }) => id === item))));
      expect(statusCode).toBe(list.length === 0 || list.length > 50 || most > 1_000_000 ? 400 : 202);
      if (statusCode === 400) {
        return;
      }
      const { list: lines } = data as {
        readonly list: readonly { readonly item_id: string; readonly count: number }[];
      };
      expect(new Set(lines.map(({ item_id }) => item_id)).size).toBe(lines.length);
      expect(sum(lines)).toBe(sum(list));
      for (const { count } of lines) {
        expect(count).toBeLessThanOrEqual(1_000_000);
      }
    }),
    { numRuns: 200 },
  );
});

function toText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
