import {
  AlreadyExists,
  FailedPrecondition,
  InvalidArgument,
  NotFound,
  type TerminalError,
} from '../common/service-error.ts';
import type { DeclineReason } from './provider/payment-provider.ts';

/** The provider's "no", the first time and every time after. */
export function declined(reason: DeclineReason): TerminalError {
  switch (reason) {
    case 'PAYMENT_DECLINED':
      return new FailedPrecondition({ reason, message: 'The payment was declined.' });
    case 'INSUFFICIENT_FUNDS':
      return new FailedPrecondition({ reason, message: 'The payment was declined for lack of funds.' });
    case 'INVALID_PAYMENT_METHOD':
      return new InvalidArgument({ reason, message: 'The payment provider does not know this payment method.' });
  }
}

/** The payment of the order was undone before any money was taken. */
export function paymentVoided(): TerminalError {
  return new FailedPrecondition({ reason: 'PAYMENT_VOIDED', message: 'The payment of this order was voided.' });
}

/** There is no money set aside. */
export function paymentNotAuthorized(): TerminalError {
  return new FailedPrecondition({
    reason: 'PAYMENT_NOT_AUTHORIZED',
    message: 'No money is set aside for this order; there is nothing to capture.',
  });
}

/** The money is taken. */
export function paymentAlreadyCaptured(): TerminalError {
  return new FailedPrecondition({
    reason: 'PAYMENT_ALREADY_CAPTURED',
    message: 'The payment of this order is captured; refund it instead.',
  });
}

/** The money was given back. */
export function paymentAlreadyRefunded(): TerminalError {
  return new FailedPrecondition({
    reason: 'PAYMENT_ALREADY_REFUNDED',
    message: 'The payment of this order was refunded.',
  });
}

/** No money was taken. */
export function paymentNotCaptured(): TerminalError {
  return new FailedPrecondition({
    reason: 'PAYMENT_NOT_CAPTURED',
    message: 'No money was taken for this order; there is nothing to refund.',
  });
}

/** The order has another payment. */
export function paymentMismatch(): TerminalError {
  return new AlreadyExists({
    reason: 'PAYMENT_MISMATCH',
    message: 'This order has a payment with another amount or payment id.',
  });
}

/** The order has no payment. */
export function paymentNotFound(): TerminalError {
  return new NotFound({ reason: 'PAYMENT_NOT_FOUND', message: 'There is no payment of this order.' });
}
