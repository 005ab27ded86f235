import { describe, expect, test } from '@jest/globals';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { cancelOrderBody } from './contract/cancel-order.ts';
import { paymentActionForm } from './contract/payment-action.ts';
import { idempotencyKey, placeOrderBody } from './contract/place-order.ts';
import { createEndpoint } from './endpoint.ts';
import { isFormMediaType, isJsonMediaType, readBody, readForm, readHeader } from './request-reading.ts';
import { respond } from './response.ts';

// What a caller reads of a request that cannot be taken, in words.

const ID = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const ACTION = { order_id: ID, payment_id: 'p-1', reference: 'ch_1', decision: 'approve' };

const place = createEndpoint(async (request) => {
  readHeader(request, 'Idempotency-Key', idempotencyKey);
  return respond(200, readBody(request, placeOrderBody));
});
const cancel = createEndpoint(async (request) => respond(200, readBody(request, cancelOrderBody)));
const decide = createEndpoint(async (request) => respond(200, readForm(request, paymentActionForm)));

async function refusal(endpoint: typeof place, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const { statusCode, data, meta } = read(await endpoint(httpEvent({ body, headers })));
  return { statusCode, data, errors: meta?.errors };
}

const LINES = { list: [{ id: 'item1', count: 1 }] };
const TOO_LARGE = 'the body is larger than 65536 bytes; send a smaller one';
const ENCODED = 'the body is encoded; send it without a Content-Encoding';
const CHARSET = 'the body must be JSON in UTF-8; send it as Content-Type: application/json';

test.each<readonly [string, typeof place, unknown, Readonly<Record<string, string>>, number, string]>([
  ['that is too large', place, ' '.repeat(65_537), {}, 413, TOO_LARGE],
  ['of a form that is too large', decide, 'x'.repeat(65_537), FORM, 413, TOO_LARGE],
  [
    'of text',
    place,
    'list',
    { 'Content-Type': 'text/plain' },
    415,
    'the body must be JSON; send it as Content-Type: application/json',
  ],
  [
    'of JSON for a form',
    decide,
    ACTION,
    {},
    415,
    'the body must be a form; send it as application/x-www-form-urlencoded',
  ],
  ['that is compressed', place, LINES, { 'Content-Encoding': 'gzip' }, 415, ENCODED],
  ['of a form that is compressed', decide, 'x', { ...FORM, 'Content-Encoding': 'br' }, 415, ENCODED],
  ['in UTF-16', place, LINES, { 'Content-Type': 'application/json;charset=utf-16' }, 415, CHARSET],
  ['in something like UTF-8', place, LINES, { 'Content-Type': 'application/json; charset=utf-8x' }, 415, CHARSET],
  ['in something after UTF-8', place, LINES, { 'Content-Type': 'application/json; charset=xutf-8' }, 415, CHARSET],
])('a body %s is refused with what to send', async (_what, endpoint, body, headers, statusCode, data) => {
  expect(await refusal(endpoint, body, headers)).toEqual({ statusCode, data, errors: undefined });
});

test.each([
  ['', 'the body is empty; send JSON'],
  [' \n ', 'the body is empty; send JSON'],
  ['{"list"', 'the body is not valid JSON; check its syntax'],
])('the body %j is refused with what is wrong with it', async (body, message) => {
  expect(await refusal(place, body)).toEqual({ statusCode: 400, data: message, errors: [{ path: '', message }] });
});

test.each(['utf-8', 'UTF8', '"utf-8"', 'us-ascii', '  utf-8 ; x=y'])(
  'the character set %s is taken',
  async (charset) => {
    for (const type of ['application/json', 'application/json ']) {
      const headers = { 'Content-Type': `${type}; charset = ${charset}` };
      expect(await refusal(place, LINES, headers)).toMatchObject({ statusCode: 200 });
    }
    expect(await refusal(place, LINES, { 'Content-Encoding': ' Identity ' })).toMatchObject({ statusCode: 200 });
    expect(await refusal(place, LINES, { 'Content-Encoding': '  ' })).toMatchObject({ statusCode: 200 });
  },
);

test('a header that was sent twice is refused, and one that is not valid with its rule', async () => {
  const event = httpEvent({ body: LINES });
  const multiValueHeaders = { 'Idempotency-Key': ['k', 'l'] };
  expect(read(await place({ ...event, multiValueHeaders })).meta?.errors).toEqual([
    { path: 'Idempotency-Key', message: 'was sent 2 times; send it once' },
  ]);
  expect((await refusal(place, LINES, { 'Idempotency-Key': ' ' })).errors).toEqual([
    { path: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters, no space first or last' },
  ]);
});

describe('media types', () => {
  test.each([
    ['application/json', true],
    [' application/json ', true],
    ['application/json ; charset=utf-8', true],
    ['application/vnd.api+json', true],
    ['application/vnd.a-b_c+json', true],
    ['APPLICATION/JSON', true],
    ['application/json5', false],
    ['x application/json', false],
    ['application/+json', false],
    ['application/xjson', false],
    ['application/json text', false],
    ['', false],
    [undefined, false],
  ])('%j means JSON: %j', (type, expected) => {
    expect(isJsonMediaType(type)).toBe(expected);
  });

  test.each([
    ['application/x-www-form-urlencoded', true],
    [' application/x-www-form-urlencoded ', true],
    ['Application/X-WWW-Form-Urlencoded ; charset=utf-8', true],
    ['application/x-www-form-urlencoded;charset=utf-8', true],
    ['application/x-www-form-urlencoded2', false],
    ['application/x-www-form-urlencoded text', false],
    ['x application/x-www-form-urlencoded', false],
    ['', false],
    [undefined, false],
  ])('%j means a form: %j', (type, expected) => {
    expect(isFormMediaType(type)).toBe(expected);
  });
});

test('of several values of a form’s field the last is taken', async () => {
  const body = `${new URLSearchParams(ACTION)}&decision=refuse`;
  expect(await refusal(decide, body, FORM)).toMatchObject({ statusCode: 200, data: { decision: 'refuse' } });
});

describe('faults', () => {
  const REMOVE = 'is not a field of this request; remove it';

  test.each([
    ['a.b-c_1', 'a.b-c_1'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), `${'x'.repeat(64)}…`],
    ['a b', '"a b"'],
    [' a', '" a"'],
    ['a ', '"a "'],
    ['', '""'],
    ['ä'.repeat(65), `"${'ä'.repeat(64)}…"`],
  ])('an unknown field of name %j is named as %s', async (name, path) => {
    expect((await refusal(cancel, { order_id: ID, [name]: 1 })).errors).toEqual([{ path, message: REMOVE }]);
  });

  test('name the place of each fault in the spelling of the request, at most twenty of them', async () => {
    const list = Array.from({ length: 25 }, () => ({ id: 'item1', count: 1, colour: 'red' }));
    const { errors } = await refusal(place, { list });
    expect(errors).toEqual(Array.from({ length: 20 }, (_, n) => ({ path: `list[${n}].colour`, message: REMOVE })));
  });
});
