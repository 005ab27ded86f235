import * as z from 'zod';
import { AlreadyExists, FailedPrecondition, NotFound, type TerminalError } from '../common/service-error.ts';

/** The `ErrorInfo` of a refused Reserve, kept so that a repeated Reserve gets the same answer. */
export const refusal = z.discriminatedUnion('reason', [
  z.object({ reason: z.literal('OUT_OF_STOCK'), item_id: z.string(), requested: z.int(), available: z.int() }),
  z.object({ reason: z.literal('ITEM_NOT_FOUND'), item_id: z.string() }),
]);

/** Why a reservation was refused. */
export type Refusal = z.output<typeof refusal>;

/** The answer to a refused Reserve, the first time and every time after. */
export function refused(refusal: Refusal): TerminalError {
  switch (refusal.reason) {
    case 'OUT_OF_STOCK':
      return new FailedPrecondition({
        reason: 'OUT_OF_STOCK',
        message: `Only ${refusal.available} of item ${refusal.item_id} are left; ${refusal.requested} were asked for.`,
        metadata: {
          item_id: refusal.item_id,
          requested: String(refusal.requested),
          available: String(refusal.available),
        },
      });
    case 'ITEM_NOT_FOUND':
      return new NotFound({
        reason: 'ITEM_NOT_FOUND',
        message: `There is no item ${refusal.item_id}.`,
        metadata: { item_id: refusal.item_id },
      });
  }
}

/** The reservation was released, which is final. */
export function reservationReleased(): TerminalError {
  return new FailedPrecondition({
    reason: 'RESERVATION_RELEASED',
    message: 'The reservation of this order was released.',
  });
}

/** The hold expired, and its stock cannot be taken again. */
export function reservationExpired(): TerminalError {
  return new FailedPrecondition({
    reason: 'RESERVATION_EXPIRED',
    message: 'The hold of this order expired and its stock was released.',
  });
}

/** The stock of the order is sold. */
export function reservationCommitted(): TerminalError {
  return new FailedPrecondition({
    reason: 'RESERVATION_COMMITTED',
    message: 'The stock of this order is sold and cannot be released.',
  });
}

/** The order has no reservation. */
export function reservationNotFound(): TerminalError {
  return new NotFound({ reason: 'RESERVATION_NOT_FOUND', message: 'There is no reservation of this order.' });
}

/** The order has a reservation with other lines. */
export function reservationMismatch(): TerminalError {
  return new AlreadyExists({
    reason: 'RESERVATION_MISMATCH',
    message: 'This order has a reservation with other lines.',
  });
}

/** Nothing was sold to the order, so nothing can come back. */
export function reservationNotCommitted(): TerminalError {
  return new FailedPrecondition({
    reason: 'RESERVATION_NOT_COMMITTED',
    message: 'Nothing was sold to this order, so nothing can be returned.',
  });
}

/** More pieces of an item than the order still has. */
export function returnExceedsSold(itemId: string, requested: number, returnable: number): TerminalError {
  return new FailedPrecondition({
    reason: 'RETURN_EXCEEDS_SOLD',
    message: `The order has ${returnable} of item ${itemId} to return; ${requested} were asked for.`,
    metadata: { item_id: itemId, requested: String(requested), returnable: String(returnable) },
  });
}

/** The order has as many returns as it may have. */
export function tooManyReturns(): TerminalError {
  return new FailedPrecondition({ reason: 'TOO_MANY_RETURNS', message: 'Stock of this order came back too often.' });
}

/** The return id belongs to a return of other lines. */
export function returnMismatch(): TerminalError {
  return new AlreadyExists({
    reason: 'RETURN_MISMATCH',
    message: 'This return id belongs to a return of other lines.',
  });
}

/** The request id belongs to another correction. */
export function correctionMismatch(): TerminalError {
  return new AlreadyExists({
    reason: 'CORRECTION_MISMATCH',
    message: 'This request id belongs to another correction.',
  });
}

/** The request id belongs to another restock. */
export function restockMismatch(): TerminalError {
  return new AlreadyExists({
    reason: 'RESTOCK_MISMATCH',
    message: 'This request id belongs to another restock.',
  });
}
