import { expect, test } from '@jest/globals';
import { cancelOrderOperation } from './cancel-order.ts';
import { allErrors, type Operation } from './operation.ts';
import { redriveOrdersOperation } from './redrive-orders.ts';

/** Whether a call documents that its caller must be known, and that a known caller may be refused. */
function refusals(operation: Operation, authMode: Parameters<typeof allErrors>[1]): readonly string[] {
  return allErrors(operation, authMode).filter((code) => code === 'UNAUTHENTICATED' || code === 'FORBIDDEN');
}

test('where callers have credentials, every call documents 401 but the open ones, and those for a role 403', () => {
  expect(refusals(cancelOrderOperation, 'api-key')).toEqual(['UNAUTHENTICATED']);
  expect(refusals(redriveOrdersOperation, 'api-key')).toEqual(['UNAUTHENTICATED', 'FORBIDDEN']);
  expect(refusals({ ...cancelOrderOperation, open: true }, 'api-key')).toEqual([]);
});

test('without authentication no call documents 401 or 403', () => {
  expect(refusals(cancelOrderOperation, 'none')).toEqual([]);
  expect(refusals(redriveOrdersOperation, 'none')).toEqual([]);
});

test('every call may be refused for load, or fail, and names no code twice', () => {
  for (const operation of [cancelOrderOperation, redriveOrdersOperation]) {
    const codes = allErrors({ ...operation, errors: [...operation.errors, 'OVERLOADED'] }, 'api-key');
    expect(codes).toEqual(expect.arrayContaining([...operation.errors, 'OVERLOADED', 'INTERNAL_ERROR']));
    expect(new Set(codes).size).toBe(codes.length);
  }
});
