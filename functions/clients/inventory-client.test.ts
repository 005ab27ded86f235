import { ChannelCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import {
  InventoryServiceService,
  type ReserveRequest,
  type ReserveResponse,
} from '../../proto/gen/inventory/v1/inventory.ts';
import { refusal, startGrpcServer } from '../../tests/support/grpc-server.ts';
import { createInventoryClient } from './inventory-client.ts';

type Reserve = (
  call: ServerUnaryCall<ReserveRequest, ReserveResponse>,
  callback: sendUnaryData<ReserveResponse>,
) => void;

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const end of cleanUp.splice(0)) {
    end();
  }
});

async function clientOf(reserve: Reserve, deadlineMs = 5_000) {
  const unused: Reserve = (_call, callback) => callback(new Error('unused'));
  const server = await startGrpcServer(InventoryServiceService, {
    reserve,
    listItems: unused,
    release: unused,
    commit: unused,
    getReservation: unused,
    restock: unused,
  });
  return connect(server.target, deadlineMs, server.close);
}

function connect(target: string, deadlineMs: number, close = () => {}) {
  const client = createInventoryClient({
    target,
    credentials: ChannelCredentials.createInsecure(),
    deadlineMs,
    maxConcurrentCalls: 10,
  });
  cleanUp.push(client.close, close);
  return client;
}

const REQUEST = { orderId: 'order-1', lines: [{ itemId: 'item1', count: 1 }], holdSeconds: 60 };

test('traceparent and order id travel as metadata of a gRPC call', async () => {
  let seen: unknown;
  const client = await clientOf((call, callback) => {
    seen = { trace: call.metadata.get('traceparent'), order: call.metadata.get('order-id'), request: call.request };
    callback(refusal(status.FAILED_PRECONDITION, 'OUT_OF_STOCK', 'item1: 1 wanted, 0 left'));
  });
  await expect(client.reserve(REQUEST, { traceparent: '00-trace', orderId: 'order-1' })).rejects.toThrow();
  expect(seen).toEqual({ trace: ['00-trace'], order: ['order-1'], request: REQUEST });
});

test.each([
  ['OUT_OF_STOCK', status.FAILED_PRECONDITION, 'OutOfStockError'],
  ['ITEM_NOT_FOUND', status.NOT_FOUND, 'ItemNotFoundError'],
  ['RESERVATION_RELEASED', status.FAILED_PRECONDITION, 'ReservationReleasedError'],
  ['RESERVATION_EXPIRED', status.FAILED_PRECONDITION, 'ReservationExpiredError'],
  ['RESERVATION_COMMITTED', status.FAILED_PRECONDITION, 'ReservationCommittedError'],
  ['RESERVATION_NOT_FOUND', status.NOT_FOUND, 'ReservationNotFoundError'],
  ['RESERVATION_MISMATCH', status.ALREADY_EXISTS, 'ReservationMismatchError'],
  ['RESERVATION_NOT_COMMITTED', status.FAILED_PRECONDITION, 'ReservationNotCommittedError'],
  ['RETURN_EXCEEDS_SOLD', status.FAILED_PRECONDITION, 'ReturnExceedsSoldError'],
  ['RETURN_MISMATCH', status.ALREADY_EXISTS, 'ReturnMismatchError'],
  ['TOO_MANY_RETURNS', status.FAILED_PRECONDITION, 'TooManyReturnsError'],
  ['RESTOCK_MISMATCH', status.ALREADY_EXISTS, 'RestockMismatchError'],
  ['CORRECTION_MISMATCH', status.ALREADY_EXISTS, 'CorrectionMismatchError'],
  ['INVALID_ARGUMENT', status.INVALID_ARGUMENT, 'InvalidTaskInputError'],
  ['STORE_UNAVAILABLE', status.UNAVAILABLE, 'RetryableError'],
  ['CONTENTION', status.ABORTED, 'RetryableError'],
  ['INTERNAL', status.INTERNAL, 'RetryableError'],
  ['A_NEW_REASON', status.FAILED_PRECONDITION, 'ServiceContractError'],
  ['constructor', status.FAILED_PRECONDITION, 'ServiceContractError'],
])('the Inventory reason %s is thrown as %3$s', async (reason, code, name) => {
  const client = await clientOf((_call, callback) => callback(refusal(code, reason, 'because')));
  const failure = await client.reserve(REQUEST, {}).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name, message: expect.stringContaining('because') });
});

test('a reply after the deadline is retryable: the stock may be held', async () => {
  const client = await clientOf(() => {}, 50);
  await expect(client.reserve(REQUEST, {})).rejects.toMatchObject({
    name: 'RetryableError',
    code: 'INVENTORY_UNAVAILABLE',
    cause: { code: status.DEADLINE_EXCEEDED },
  });
});

test('an unreachable service is retryable, and the circuit opens', async () => {
  const gone = await startGrpcServer(InventoryServiceService, {});
  gone.close();
  const client = connect(gone.target, 5_000);
  const messages: unknown[] = [];
  for (let time = 0; time < 6; time += 1) {
    const failure = await client.reserve(REQUEST, {}).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'RetryableError', code: 'INVENTORY_UNAVAILABLE' });
    messages.push(failure instanceof Error ? failure.message : failure);
  }
  expect(messages.at(-1)).toContain('not asked again yet');
});

test.each([status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.ABORTED, status.INTERNAL])(
  'a call that fails with status %d is not retried by the client',
  async (code) => {
    let attempts = 0;
    const client = await clientOf((_call, callback) => {
      attempts += 1;
      callback({ code, details: 'not now' });
    });
    for (let call = 0; call < 3; call += 1) {
      await expect(client.reserve(REQUEST, {})).rejects.toMatchObject({ name: 'RetryableError' });
    }
    expect(attempts).toBe(3);
  },
);

test.each(['reserve', 'release', 'commit'] as const)(
  'a reply to %s without its reservation is a ServiceContractError, not a success',
  async (method) => {
    const reply: Reserve = (_call, callback) => callback(null, { reservation: undefined });
    const server = await startGrpcServer(InventoryServiceService, { [method]: reply });
    const client = connect(server.target, 5_000, server.close);
    await expect(client[method]({ ...REQUEST, reason: '' }, {})).rejects.toMatchObject({
      name: 'ServiceContractError',
    });
  },
);

test('a call without an order and a trace carries no metadata of them', async () => {
  let seen: unknown;
  const client = await clientOf((call, callback) => {
    seen = { trace: call.metadata.get('traceparent'), order: call.metadata.get('order-id') };
    callback(refusal(status.FAILED_PRECONDITION, 'OUT_OF_STOCK', 'none left'));
  });
  await expect(client.reserve(REQUEST, {})).rejects.toMatchObject({ name: 'OutOfStockError' });
  expect(seen).toEqual({ trace: [], order: [] });
});
