import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InventoryServiceService, ReserveRequest } from '../../proto/gen/inventory/v1/inventory.ts';
import { AuthorizeRequest, PaymentServiceService } from '../../proto/gen/payment/v1/payment.ts';
import { anyText } from '../../tests/support/any-text.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { CallFailure } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;
let payment: TestPayment;
let raw: { readonly inventory: Client; readonly payment: Client };

beforeAll(async () => {
  [inventory, payment] = await Promise.all([
    startInventory({ catalogue: [itemInStock('pen', 1_000)] }),
    startPayment(),
  ]);
  const options = { 'grpc.max_send_message_length': -1 };
  raw = {
    inventory: new Client(`127.0.0.1:${inventory.port}`, credentials.createInsecure(), options),
    payment: new Client(`127.0.0.1:${payment.port}`, credentials.createInsecure(), options),
  };
});

afterAll(async () => {
  raw.inventory.close();
  raw.payment.close();
  await Promise.all([inventory.close(), payment.close()]);
});

/** Sends bytes as the request of a method. Undefined when they were accepted. */
function send(client: Client, path: string, bytes: Uint8Array): Promise<CallFailure | undefined> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (message: Uint8Array) => Buffer.from(message),
      (answer: Buffer) => answer,
      bytes,
      (error: ServiceError | null) => resolve(error === null ? undefined : new CallFailure(error)),
    );
  });
}

const reservePath = InventoryServiceService.reserve.path;
const valid = { orderId: 'order', lines: [{ itemId: 'pen', count: 1 }], holdSeconds: 60 };
const line = { itemId: 'pen', count: 1 };

describe('Reserve', () => {
  test.each<readonly [string, Partial<ReserveRequest>, string]>([
    ['no order id', { orderId: '' }, 'order_id'],
    ['an order id of 65 characters', { orderId: 'x'.repeat(65) }, 'order_id'],
    ['an order id that looks like another kind of row', { orderId: 'restock#1' }, 'order_id'],
    ['an order id with a null byte', { orderId: 'a\0b' }, 'order_id'],
    ['an order id in another script', { orderId: 'заказ' }, 'order_id'],
    ['no lines', { lines: [] }, 'lines'],
    ['51 lines', { lines: Array.from({ length: 51 }, (_, index) => ({ itemId: `i${index}`, count: 1 })) }, 'lines'],
    ['the same item twice', { lines: [line, line] }, 'lines[1].item_id'],
    ['an item without an id', { lines: [line, { itemId: '', count: 1 }] }, 'lines[1].item_id'],
    ['a count of 0', { lines: [{ itemId: 'pen', count: 0 }] }, 'lines[0].count'],
    ['a negative count', { lines: [{ itemId: 'pen', count: -1 }] }, 'lines[0].count'],
    ['a count above a million', { lines: [{ itemId: 'pen', count: 1_000_001 }] }, 'lines[0].count'],
    ['a negative hold', { holdSeconds: -1 }, 'hold_seconds'],
    ['a hold of more than 60 days', { holdSeconds: 5_184_001 }, 'hold_seconds'],
  ])('refuses %s and names the field', async (_what, change, field) => {
    const bytes = ReserveRequest.encode({ ...valid, ...change }).finish();
    expect(await send(raw.inventory, reservePath, bytes)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_ARGUMENT',
      domain: 'inventory.v1',
      metadata: { field },
    });
  });
});

describe('Authorize', () => {
  const amount = { minorUnits: 1, currency: 'USD' };
  const authorization = { orderId: 'order', paymentId: 'pay', method: 'tok_visa', amount };
  test.each<readonly [string, Partial<AuthorizeRequest>, string]>([
    ['an order id that looks like another kind of row', { orderId: 'charge#1' }, 'order_id'],
    ['no payment id', { paymentId: '' }, 'payment_id'],
    ['a payment id with a separator', { paymentId: 'a#b' }, 'payment_id'],
    ['no method', { method: '' }, 'method'],
    ['a method of 201 characters', { method: 'x'.repeat(201) }, 'method'],
    ['no amount', { amount: undefined }, 'amount'],
    ['a negative amount', { amount: { ...amount, minorUnits: -1 } }, 'amount.minor_units'],
    [
      'an amount of more than 10^12 minor units',
      { amount: { ...amount, minorUnits: 1_000_000_000_001 } },
      'amount.minor_units',
    ],
    ['a currency in lower case', { amount: { ...amount, currency: 'usd' } }, 'amount.currency'],
    ['an unknown currency', { amount: { ...amount, currency: 'XQZ' } }, 'amount.currency'],
  ])('refuses %s and names the field', async (_what, change, field) => {
    const bytes = AuthorizeRequest.encode({ ...authorization, ...change }).finish();
    const refusal = await send(raw.payment, PaymentServiceService.authorize.path, bytes);
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', domain: 'payment.v1', metadata: { field } });
    expect(refusal?.details).not.toContain('tok_');
  });
});

const amount = { minorUnits: 1, currency: 'USD' };
const authorization = { orderId: 'order', paymentId: 'pay', method: 'tok_visa', amount };
const rawCalls = [
  {
    name: 'inventory',
    client: () => raw.inventory,
    path: reservePath,
    message: ReserveRequest.encode(valid).finish(),
  },
  {
    name: 'payment',
    client: () => raw.payment,
    path: PaymentServiceService.authorize.path,
    message: AuthorizeRequest.encode(authorization).finish(),
  },
];

describe.each(rawCalls)('a raw request to the $name service', ({ client, path, message }) => {
  const malformed = { code: 'INVALID_ARGUMENT', metadata: { field: 'request' } };

  test('of malformed bytes is refused as malformed', async () => {
    expect(await send(client(), path, Uint8Array.of(0x0a, 0xff, 0xff))).toMatchObject(malformed);
  });

  test('of deeply nested groups is refused as malformed', async () => {
    const startOfGroup = (100 << 3) | 3;
    const writer = new BinaryWriter();
    for (let depth = 0; depth < 60_000; depth++) {
      writer.uint32(startOfGroup);
    }
    expect(await send(client(), path, writer.finish())).toMatchObject(malformed);
  });

  test('of 4 MB is refused for its size, and the next call is answered', async () => {
    expect((await send(client(), path, new Uint8Array(4 * 1024 * 1024)))?.code).toBe('RESOURCE_EXHAUSTED');
    expect(await send(client(), path, message)).toBeUndefined();
  });

  test('is refused above 256 KB and accepted below', async () => {
    const padded = (size: number): Uint8Array => {
      const unknownField = new BinaryWriter().uint32((1000 << 3) | 2).bytes(new Uint8Array(size - message.length));
      return Buffer.concat([message, unknownField.finish()]);
    };
    expect((await send(client(), path, padded(256 * 1024)))?.code).toBe('RESOURCE_EXHAUSTED');
    expect(await send(client(), path, padded(256 * 1024 - 100))).toBeUndefined();
  });
});

test.each([
  { name: 'a hold', client: () => raw.inventory, path: reservePath, before: [] },
  {
    name: 'an amount',
    client: () => raw.payment,
    path: PaymentServiceService.authorize.path,
    before: [(4 << 3) | 2, 10],
  },
])('$name beyond 2^53 is refused as malformed', async ({ client, path, before }) => {
  const field = before.length === 0 ? 3 : 1;
  const number = new BinaryWriter()
    .uint32(field << 3)
    .int64(2n ** 62n)
    .finish();
  const refusal = await send(client(), path, Buffer.concat([Buffer.from(before), number]));
  expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', metadata: { field: 'request' } });
});

describe('a request of arbitrary bytes', () => {
  test('never causes an error of the service', async () => {
    const methods = [
      ...Object.values(InventoryServiceService).map(({ path }) => ({ client: () => raw.inventory, path })),
      ...Object.values(PaymentServiceService).map(({ path }) => ({ client: () => raw.payment, path })),
    ];
    const strings = fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', '../..', '%00'));
    const messages = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.oneof(strings, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))))
        .map(encoded),
    );
    const allowed = ['INVALID_ARGUMENT', 'NOT_FOUND', 'FAILED_PRECONDITION', 'ALREADY_EXISTS'];
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...methods), messages, async ({ client, path }, bytes) => {
        const failure = await send(client(), path, bytes);
        if (failure !== undefined) {
          refusals++;
          expect(allowed).toContain(failure.code);
        }
      }),
      { numRuns: 400 },
    );
    expect(refusals).toBeGreaterThan(200);
  }, 60_000);
});

function encoded(fields: readonly (readonly [number, string | bigint])[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'string') {
      writer.uint32((number << 3) | 2).string(value);
    } else {
      writer.uint32(number << 3).int64(value);
    }
  }
  return writer.finish();
}

test('an unknown method is UNIMPLEMENTED', async () => {
  const failure = await send(raw.inventory, '/inventory.v1.InventoryService/Steal', new Uint8Array());
  expect(failure?.code).toBe(status[status.UNIMPLEMENTED]);
});
