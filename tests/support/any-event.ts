import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import { anyText } from './any-text.ts';
import { httpEvent } from './http-event.ts';

const key = fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'));
const headerName = fc.oneof(key, fc.constantFrom('Content-Type', 'Idempotency-Key', 'traceparent', 'X-Api-Key'));
/** Generates headers, known and unknown ones. */
export const anyHeaders = fc.dictionary(
  headerName,
  fc.oneof(anyText, fc.constantFrom('application/json', 'text/plain')),
);
const WEBHOOK_ID = 'wh_6f1c2a9be04d7358';
const uuid = fc.oneof(fc.uuid(), fc.constant('bdc38c99-c74d-4053-8897-7ea0dbd423f8'));

/** JSON with numbers that JavaScript cannot represent, prototype keys, and any text. */
const json = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('1e999', '-1e999', '9007199254740993', '1e-7', '01', '-0', 'null', 'true', '[', '{'),
      fc.integer().map(String),
      anyText.map((value) => JSON.stringify(value)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 4 })
        .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
    ),
  }))
  .value.map(String);
const nearlyValid = fc
  .record(
    {
      list: fc.oneof(
        fc.array(
          fc.record({ id: fc.oneof(fc.constantFrom('item1', 'tok_visa', '__proto__'), anyText), count: count() }),
        ),
        fc.array(fc.record({ id: fc.constantFrom('p-1', 'tok_visa'), order_id: fc.uuid() }), { maxLength: 14 }),
      ),
      order_id: fc.oneof(uuid, anyText),
      payment: fc.record({ method: fc.oneof(fc.constantFrom('tok_visa', 'x'), anyText) }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  )
  .map((body) => JSON.stringify(body));
const line = fc.record({ id: fc.constantFrom('item1', 'item2'), count: fc.integer({ min: 1, max: 3 }) });
const order = fc.record({ list: fc.uniqueArray(line, { selector: ({ id }) => id, minLength: 1 }) });
const repeatedLines = fc.record({
  list: fc.array(fc.record({ id: fc.constant('item1'), count: fc.nat(3) }), { minLength: 1, maxLength: 55 }),
});
const ofOneOrder = fc.record({ order_id: uuid });
const forReason = fc.record({ order_id: uuid, reason: fc.constant('lost') });
const stock = fc.record({ id: fc.constantFrom('item1', 'item9'), count: fc.nat(3), reason: fc.constant('counted') });
const webhook = fc.record({ webhook_id: fc.constant(WEBHOOK_ID) });

/** The bodies that an operation accepts, by its id. */
const VALID: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  placeOrder: order,
  stockReport: repeatedLines,
  restockItem: stock,
  correctItem: stock,
  cancelOrder: ofOneOrder,
  refundOrder: forReason,
  pay: fc.record({
    list: fc.array(fc.record({ id: fc.constant('p-1'), order_id: fc.uuid() }), { minLength: 1, maxLength: 14 }),
  }),
  paymentEvents: fc.record({
    type: fc.constantFrom('payment.authorized', 'payment.declined'),
    data: fc.record({ order_id: uuid, payment_id: fc.constant('p-1') }),
  }),
  redriveOrders: fc.record({ order_ids: fc.array(uuid, { minLength: 1, maxLength: 3 }) }),
  abandonOrder: forReason,
  // A public address, so that no name is looked up. Nothing is sent to it here.
  createWebhook: fc.record({
    url: fc.constantFrom('https://1.1.1.1/', 'https://1.1.1.1/orders', 'https://8.8.8.8/', 'http://1.1.1.1/'),
  }),
  deleteWebhook: webhook,
  renewWebhookSecret: webhook,
  replayWebhook: fc.record({ webhook_id: fc.constant(WEBHOOK_ID), since: fc.constant('2026-11-28T12:00:00Z') }),
};
const ofAnyOperation = fc.oneof(...Object.values(VALID));
/** The form, and the query, of a payment's page. */
const action = fc.record({
  order_id: uuid,
  payment_id: fc.constant('p-1'),
  reference: fc.constantFrom('ch_1', '<script>'),
  decision: fc.constantFrom('approve', 'refuse'),
});
const form = action.map((fields) => ({
  body: new URLSearchParams(fields).toString(),
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
}));
const large = fc.integer({ min: 65_530, max: 65_545 }).map((bytes) => `{"list":[]${' '.repeat(bytes)}`.slice(0, bytes));

/**
 * Generates valid, nearly valid and invalid requests of an operation.
 *
 * @param id the operation, whose own valid bodies are a third of all
 */
export function anyEventOf(id: string): fc.Arbitrary<APIGatewayProxyEvent> {
  const body = fc.oneof(
    { arbitrary: (VALID[id] ?? ofAnyOperation).map((content) => JSON.stringify(content)), weight: 12 },
    { arbitrary: ofAnyOperation.map((content) => JSON.stringify(content)), weight: 12 },
    { arbitrary: nearlyValid, weight: 4 },
    { arbitrary: json, weight: 3 },
    anyText,
    large,
    fc.constant(null),
  );
  const withBody = fc.record({
    body,
    headers: fc.oneof(anyHeaders, { arbitrary: fc.constant({ 'Content-Type': 'application/json' }), weight: 3 }),
  });
  return fc
    .record({
      content: fc.oneof({ arbitrary: withBody, weight: 7 }, form),
      query: fc.oneof(
        fc.dictionary(key, anyText),
        uuid.map((order_id) => ({ order_id })),
        action,
        fc.constant({ webhook_id: WEBHOOK_ID }),
        fc.constant(null),
      ),
      path: fc.oneof(
        fc.constant(null),
        anyText.map((text) => ({ id: text })),
        fc.constant({ id: WEBHOOK_ID }),
      ),
      isBase64Encoded: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
      owner: fc.option(anyText, { nil: undefined }),
      role: fc.oneof(
        { arbitrary: fc.constant('operator'), weight: 4 },
        { arbitrary: fc.constant('customer'), weight: 1 },
        { arbitrary: fc.constant('root'), weight: 1 },
      ),
    })
    .map(({ query, path, content: { body: sentBody, headers }, ...sent }): APIGatewayProxyEvent => {
      const event = httpEvent({
        headers,
        ...(sent.owner !== undefined && { owner: sent.owner, role: sent.role }),
      });
      return {
        ...event,
        body: sentBody,
        isBase64Encoded: sent.isBase64Encoded,
        queryStringParameters: query,
        pathParameters: path,
      };
    });
}

function count(): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: -1, max: 3 }), fc.double(), fc.constant(Number.MAX_SAFE_INTEGER));
}
