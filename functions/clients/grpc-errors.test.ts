import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { refusal } from '../../tests/support/grpc-server.ts';
import { OutOfStockError } from '../common/errors.ts';
import { isUnanswered, translateServiceError } from './grpc-errors.ts';

const SERVICE = {
  service: 'the inventory',
  code: 'INVENTORY_UNAVAILABLE',
  refusals: { OUT_OF_STOCK: OutOfStockError },
} as const;

function failed(code: status, trailers: readonly (string | Buffer)[] = []): ServiceError {
  const metadata = new Metadata();
  for (const trailer of trailers) {
    metadata.add(trailer instanceof Buffer ? 'grpc-status-details-bin' : 'grpc-status-details', trailer);
  }
  return Object.assign(new Error('because'), { code, details: 'because', metadata });
}

/** A failed call whose trailers hold an ErrorInfo with this reason. */
function refused(code: status, reason: string): ServiceError {
  const { metadata } = refusal(code, reason, 'because');
  return Object.assign(failed(code), { metadata });
}

test.each([
  ['OK', 'ServiceContractError'],
  ['CANCELLED', 'RetryableError'],
  ['UNKNOWN', 'RetryableError'],
  ['INVALID_ARGUMENT', 'InvalidTaskInputError'],
  ['DEADLINE_EXCEEDED', 'RetryableError'],
  ['NOT_FOUND', 'ServiceContractError'],
  ['ALREADY_EXISTS', 'ServiceContractError'],
  ['PERMISSION_DENIED', 'ServiceContractError'],
  ['RESOURCE_EXHAUSTED', 'RetryableError'],
  ['FAILED_PRECONDITION', 'ServiceContractError'],
  ['ABORTED', 'RetryableError'],
  ['OUT_OF_RANGE', 'ServiceContractError'],
  ['UNIMPLEMENTED', 'ServiceContractError'],
  ['INTERNAL', 'RetryableError'],
  ['UNAVAILABLE', 'RetryableError'],
  ['DATA_LOSS', 'RetryableError'],
  ['UNAUTHENTICATED', 'ServiceContractError'],
] as const)('a call that fails with %s and without a reason is a %s', (code, name) => {
  const cause = failed(status[code]);
  expect(translateServiceError(cause, SERVICE)).toMatchObject({
    name,
    message: expect.stringContaining('because'),
    cause,
  });
});

test('a retryable failure names the service and its status', () => {
  expect(translateServiceError(failed(status.UNAVAILABLE), SERVICE)).toMatchObject({
    code: 'INVENTORY_UNAVAILABLE',
    message: 'the inventory: UNAVAILABLE because',
  });
});

test('the reason decides before the status, and only a reason that is known by its whole name', () => {
  const named = (reason: string) => translateServiceError(refused(status.UNAVAILABLE, reason), SERVICE);
  expect(named('OUT_OF_STOCK')).toBeInstanceOf(OutOfStockError);
  for (const other of ['OUT_OF_STOCKS', 'NOT_OUT_OF_STOCK', 'out_of_stock', '', 'toString', '__proto__']) {
    expect([other, named(other)]).toMatchObject([other, { name: 'RetryableError' }]);
  }
});

test.each([
  ['nonsense', [Buffer.from([0xff, 0xff, 0xff])]],
  ['nothing', [Buffer.alloc(0)]],
  ['text', ['OUT_OF_STOCK']],
])('details that hold %s are passed over, and the status decides', (_what, trailers) => {
  expect(translateServiceError(failed(status.ABORTED, trailers), SERVICE)).toMatchObject({ name: 'RetryableError' });
  expect(isUnanswered(failed(status.UNAVAILABLE, trailers))).toBe(true);
});

test('an error that is not gRPC’s is passed on as it is', () => {
  const error = new TypeError('fault');
  expect(translateServiceError(error, SERVICE)).toBe(error);
  expect(translateServiceError('a text', SERVICE)).toBe('a text');
  expect(isUnanswered(error)).toBe(false);
});

test('a service counts as unanswered where it was not reached or is late; one that refuses is alive', () => {
  const unanswered = Object.keys(status).filter((name) => {
    const code = status[name as keyof typeof status];
    return typeof code === 'number' && isUnanswered(failed(code));
  });
  expect(unanswered.toSorted()).toEqual(['DEADLINE_EXCEEDED', 'UNAVAILABLE']);
  expect(isUnanswered(refused(status.UNAVAILABLE, 'STORE_UNAVAILABLE'))).toBe(false);
  expect(isUnanswered(refused(status.DEADLINE_EXCEEDED, 'STORE_UNAVAILABLE'))).toBe(false);
});
