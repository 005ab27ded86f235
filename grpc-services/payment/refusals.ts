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

/** The refund is larger than what is left of the captured amount. Both amounts are in minor units. */
export function refundExceedsCaptured(requested: number, refundable: number): TerminalError {
  return new FailedPrecondition({
    reason: 'REFUND_EXCEEDS_CAPTURED',
    message: 'The refund is larger than what is left of the captured amount.',
    metadata: { requested: String(requested), refundable: String(refundable) },
  });
}

/** The provider declined the refund, the first time it was asked and every time after. */
export function refundDeclined(): TerminalError {
  return new FailedPrecondition({
    reason: 'REFUND_DECLINED',
    message: 'The payment provider declined this refund; nothing was given back.',
  });
}

/** The payment has as many refunds as it may have. */
export function tooManyRefunds(): TerminalError {
  return new FailedPrecondition({ reason: 'TOO_MANY_REFUNDS', message: 'This payment was refunded too often.' });
}

/** The refund id belongs to a refund of another amount. */
export function refundMismatch(): TerminalError {
  return new AlreadyExists({
    reason: 'REFUND_MISMATCH',
    message: 'This refund id belongs to a refund of another amount.',
  });
}

/** The event id belongs to an event with another outcome. */
export function providerEventMismatch(): TerminalError {
  return new AlreadyExists({
    reason: 'PROVIDER_EVENT_MISMATCH',
    message: 'This event id belongs to an event with another outcome.',
  });
}

/** No charge waits under this reference. */
export function customerActionNotFound(): TerminalError {
  return new NotFound({
    reason: 'CUSTOMER_ACTION_NOT_FOUND',
    message: 'No payment with this reference waits for its customer.',
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
