import {
  AlreadyExists,
  FailedPrecondition,
  InvalidArgument,
  NotFound,
  type TerminalError,
} from '../common/service-error.ts';
import type { DeclineReason } from './provider/payment-provider.ts';

/** The answer to a declined Authorize, the first time and every time after. */
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

/** The payment was voided, which is final. */
export function paymentVoided(): TerminalError {
  return new FailedPrecondition({ reason: 'PAYMENT_VOIDED', message: 'The payment of this order was voided.' });
}

/** No amount is authorized. */
export function paymentNotAuthorized(): TerminalError {
  return new FailedPrecondition({
    reason: 'PAYMENT_NOT_AUTHORIZED',
    message: 'No amount is authorized for this order; there is nothing to capture.',
  });
}

/** The amount is captured: only a Refund undoes that. */
export function paymentAlreadyCaptured(): TerminalError {
  return new FailedPrecondition({
    reason: 'PAYMENT_ALREADY_CAPTURED',
    message: 'The payment of this order is captured; refund it instead.',
  });
}

/** The amount was refunded. */
export function paymentAlreadyRefunded(): TerminalError {
  return new FailedPrecondition({
    reason: 'PAYMENT_ALREADY_REFUNDED',
    message: 'The payment of this order was refunded.',
  });
}

/** No amount was captured. */
export function paymentNotCaptured(): TerminalError {
  return new FailedPrecondition({
    reason: 'PAYMENT_NOT_CAPTURED',
    message: 'No amount was captured for this order; there is nothing to refund.',
  });
}

/** The order has a payment with another amount or payment id. */
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
