import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import fc from 'fast-check';
import { httpEvent } from '../../tests/support/http-event.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { startOrderTable, type TestOrderTable } from '../../tests/support/orders-table.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { type StepFunctionsRecorder, startStepFunctionsRecorder } from '../../tests/support/step-functions-recorder.ts';
import { hashOfApiKey, newApiKey } from '../access/api-key.ts';
import { apiKeyEntry } from '../access/api-key-register.ts';
import { authenticateByBearerToken } from '../access/bearer-token.ts';
import * as authorizer from './authorizer.ts';
import { handler as cancel } from './cancel-order.ts';
import { OPERATIONS } from './contract/operations.ts';
import { handler as docs } from './docs.ts';
import type { Endpoint } from './endpoint.ts';
import { handler as health } from './health.ts';
import { handler as stocks } from './list-stocks.ts';
import { handler as openapi } from './openapi-document.ts';
import { handler as status } from './order-status.ts';
import { handler as pay } from './pay.ts';
import { handler as place } from './place-order.ts';

// The handlers as they are deployed, on real services and a real database: whatever is sent, nothing is a fault of ours.
const HANDLERS: Readonly<Record<string, Endpoint>> = {
  listStocks: stocks,
  placeOrder: place,
  orderStatus: status,
  cancelOrder: cancel,
  pay,
  health,
  openapiDocument: openapi,
  docs,
};
const STACK_TRACE = /\\n +at |node_modules|\.ts:\d+/;
const LONG = 120_000;

let orders: TestOrderTable;
let saga: StepFunctionsRecorder;
let inventory: TestInventory;
let payment: TestPayment;

beforeAll(async () => {
  [orders, saga, inventory, payment] = await Promise.all([
    startOrderTable(),
    startStepFunctionsRecorder(),
    startInventory({ catalogue: [itemInStock('item1', 5)] }),
    startPayment(),
  ]);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: await endpointOf(orders.table.client),
    AWS_ENDPOINT_URL_SFN: await endpointOf(saga.client),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ORDERS_TABLE: orders.table.name,
    ORDER_SAGA_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga',
    INVENTORY_GRPC_URL: `127.0.0.1:${inventory.port}`,
    PAYMENT_GRPC_URL: `127.0.0.1:${payment.port}`,
    AUTH_MODE: 'api-key',
    API_KEYS: apiKeyEntry({ name: 'ann', hash: hashOfApiKey(newApiKey()) }),
  });
}, LONG);
afterAll(() => Promise.all([orders.close(), saga.close(), inventory.close(), payment.close()]));

const text = fc.string({ unit: 'binary' });
const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'));
const headerName = fc.oneof(key, fc.constantFrom('Content-Type', 'Idempotency-Key', 'traceparent', 'X-Api-Key'));
const headers = fc.dictionary(headerName, fc.oneof(text, fc.constantFrom('application/json', 'text/plain')));
const uuid = fc.oneof(fc.uuid(), fc.constant('bdc38c99-c74d-4053-8897-7ea0dbd423f8'));

/** JSON with numbers that JavaScript cannot hold, keys of prototypes, and texts of every alphabet. */
const json = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('1e999', '-1e999', '9007199254740993', '1e-7', '01', '-0', 'null', 'true', '[', '{'),
      fc.integer().map(String),
      text.map((value) => JSON.stringify(value)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 4 })
        .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
    ),
  }))
  .value.map(String);
const nearly = fc
  .record(
    {
      list: fc.oneof(
        fc.array(fc.record({ id: fc.oneof(fc.constantFrom('item1', 'tok_visa', '__proto__'), text), count: count() })),
        fc.array(fc.record({ id: fc.constantFrom('p-1', 'tok_visa'), order_id: fc.uuid() }), { maxLength: 14 }),
      ),
      order_id: fc.oneof(uuid, text),
      payment: fc.record({ method: fc.oneof(fc.constantFrom('tok_visa', 'x'), text) }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  )
  .map((body) => JSON.stringify(body));
const right = fc
  .oneof(
    fc.record({
      list: fc.array(fc.record({ id: fc.constant('item1'), count: fc.nat(3) }), { minLength: 1, maxLength: 55 }),
    }),
    fc.record({
      list: fc.array(fc.record({ id: fc.constant('p-1'), order_id: fc.uuid() }), { minLength: 1, maxLength: 14 }),
    }),
    fc.record({ order_id: uuid }),
  )
  .map((body) => JSON.stringify(body));
const large = fc.integer({ min: 65_530, max: 65_545 }).map((bytes) => `{"list":[]${' '.repeat(bytes)}`.slice(0, bytes));
const body = fc.oneof(
  { arbitrary: right, weight: 8 },
  { arbitrary: nearly, weight: 4 },
  { arbitrary: json, weight: 3 },
  text,
  large,
  fc.constant(null),
);

const events = fc
  .record({
    body,
    headers: fc.oneof(headers, { arbitrary: fc.constant({ 'Content-Type': 'application/json' }), weight: 3 }),
    query: fc.oneof(
      fc.dictionary(key, text),
      uuid.map((order_id) => ({ order_id })),
      fc.constant(null),
    ),
    isBase64Encoded: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    owner: fc.option(text, { nil: undefined }),
  })
  .map(({ query, ...sent }): APIGatewayProxyEvent => {
    const event = httpEvent({ headers: sent.headers, ...(sent.owner !== undefined && { owner: sent.owner }) });
    return { ...event, body: sent.body, isBase64Encoded: sent.isBase64Encoded, queryStringParameters: query };
  });

test('every operation has its handler here', () => {
  expect(Object.keys(HANDLERS).toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

describe.each(OPERATIONS.map(({ id }) => id))('%s', (id) => {
  test(
    'takes or refuses whatever is sent; nothing is a fault of ours, and no stack trace is shown',
    async () => {
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(events, async (event) => {
          const answered = await HANDLERS[id]?.(event);
          if (answered === undefined) throw new Error(`${id} has no handler`);
          seen.add(answered.statusCode);
          expect([200, 202, 400, 402, 404, 409, 413, 415]).toContain(answered.statusCode);
          expect(answered.body).not.toMatch(STACK_TRACE);
          if (answered.statusCode < 400) return;
          expect(JSON.parse(answered.body)).toMatchObject({ success: false, meta: { code: expect.any(String) } });
        }),
        { numRuns: 300 },
      );
      // Otherwise nothing got as far as the work itself.
      const reached = [200, 202, 404, 409].filter((code) => seen.has(code));
      expect([id, reached]).not.toEqual([id, []]);
    },
    LONG,
  );
});

describe('the authorizer', () => {
  const credentials = fc.oneof(
    text,
    text.map((token) => `Bearer ${token}`),
    token(),
  );
  const requests = fc
    .record({ headers: fc.oneof(headers, fc.dictionary(fc.constantFrom('X-API-KEY', 'authorization'), credentials)) })
    .map((sent) => ({ ...sent, type: 'REQUEST', methodArn: 'arn:aws:execute-api:us-east-1:0:abc/dev/GET/x' }));
  const byToken = authorizer.createHandler(() =>
    authenticateByBearerToken({
      issuer: 'https://issuer.example',
      audience: 'orders',
      algorithm: 'ES256',
      clockToleranceSeconds: 5,
      keys: {
        publicKeyPem: generateKeyPairSync('ec', { namedCurve: 'P-256' })
          .publicKey.export({ type: 'spki', format: 'pem' })
          .toString(),
      },
    }),
  );

  test.each([
    ['API keys', authorizer.handler],
    ['bearer tokens', byToken],
  ])('refuses whatever is sent in place of %s, in the word that makes a 401', async (_what, authorize) => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const event = request as unknown as APIGatewayRequestAuthorizerEvent;
        await expect(authorize(event)).rejects.toThrow(/^Unauthorized$/);
      }),
      { numRuns: 300 },
    );
  });
});

/** What has the form of a token, with any header and claims. */
function token(): fc.Arbitrary<string> {
  const encoded = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
  const algorithm = fc.constantFrom('none', 'HS256', 'ES256', '__proto__');
  const header = algorithm.map((alg) => Buffer.from(JSON.stringify({ alg })).toString('base64url'));
  return fc.tuple(fc.oneof(header, encoded), encoded, encoded).map((parts) => `Bearer ${parts.join('.')}`);
}

function count(): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: -1, max: 3 }), fc.double(), fc.constant(Number.MAX_SAFE_INTEGER));
}

interface Configured {
  readonly config: { readonly endpoint?: () => Promise<{ readonly hostname: string; readonly port?: number }> };
}

async function endpointOf({ config }: Configured): Promise<string> {
  const endpoint = await config.endpoint?.();
  return `http://${endpoint?.hostname}:${endpoint?.port}`;
}
