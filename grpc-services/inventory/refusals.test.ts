import { status } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { TerminalError } from '../common/service-error.ts';
import {
  correctionMismatch,
  refused,
  reservationCommitted,
  reservationExpired,
  reservationMismatch,
  reservationNotCommitted,
  reservationNotFound,
  reservationReleased,
  restockMismatch,
  returnExceedsSold,
  returnMismatch,
  tooManyReturns,
} from './refusals.ts';

const { ALREADY_EXISTS, FAILED_PRECONDITION, NOT_FOUND } = status;

test.each([
  [
    refused({ reason: 'OUT_OF_STOCK', item_id: 'pen', requested: 3, available: 2 }),
    FAILED_PRECONDITION,
    'OUT_OF_STOCK',
    'Only 2 of item pen are left; 3 were asked for.',
    { item_id: 'pen', requested: '3', available: '2' },
  ],
  [
    refused({ reason: 'ITEM_NOT_FOUND', item_id: 'pen' }),
    NOT_FOUND,
    'ITEM_NOT_FOUND',
    'There is no item pen.',
    { item_id: 'pen' },
  ],
  [
    reservationReleased(),
    FAILED_PRECONDITION,
    'RESERVATION_RELEASED',
    'The reservation of this order was released.',
    {},
  ],
  [
    reservationExpired(),
    FAILED_PRECONDITION,
    'RESERVATION_EXPIRED',
    'The hold of this order expired and its stock was released.',
    {},
  ],
  [
    reservationCommitted(),
    FAILED_PRECONDITION,
    'RESERVATION_COMMITTED',
    'The stock of this order is sold and cannot be released.',
    {},
  ],
  [reservationNotFound(), NOT_FOUND, 'RESERVATION_NOT_FOUND', 'There is no reservation of this order.', {}],
  [reservationMismatch(), ALREADY_EXISTS, 'RESERVATION_MISMATCH', 'This order has a reservation with other lines.', {}],
  [
    reservationNotCommitted(),
    FAILED_PRECONDITION,
    'RESERVATION_NOT_COMMITTED',
    'Nothing was sold to this order, so nothing can be returned.',
    {},
  ],
  [
    returnExceedsSold('pen', 3, 2),
    FAILED_PRECONDITION,
    'RETURN_EXCEEDS_SOLD',
    'The order has 2 of item pen to return; 3 were asked for.',
    { item_id: 'pen', requested: '3', returnable: '2' },
  ],
  [tooManyReturns(), FAILED_PRECONDITION, 'TOO_MANY_RETURNS', 'Stock of this order came back too often.', {}],
  [returnMismatch(), ALREADY_EXISTS, 'RETURN_MISMATCH', 'This return id belongs to a return of other lines.', {}],
  [correctionMismatch(), ALREADY_EXISTS, 'CORRECTION_MISMATCH', 'This request id belongs to another correction.', {}],
  [restockMismatch(), ALREADY_EXISTS, 'RESTOCK_MISMATCH', 'This request id belongs to another restock.', {}],
])('a caller reads, with its code, reason and facts: %s', (refusal, code, reason, message, metadata) => {
  expect({ ...refusal, message: refusal.message }).toMatchObject({ code, reason, message });
  expect(refusal.metadata).toEqual(metadata);
  expect(refusal).toBeInstanceOf(TerminalError);
});
