import type { PaymentRow } from './payment-rows.ts';
import { Refusal } from './refusal.ts';

/** What Authorize is asked for. */
export type WantedPayment = Required<Pick<PaymentRow, 'orderId' | 'paymentId' | 'amountMinor'>>;

/** The answer to Authorize where the payment is settled. @throws Refusal where it is not as wanted */
export function answered(settled: PaymentRow, wanted: WantedPayment): void {
  if (settled.state === 'VOIDED') {
    throw refusal('PaymentVoidedError');
  }
  if (settled.state === 'REFUNDED') {
    throw refusal('PaymentRefundedError');
  }
  assertSame(settled, wanted);
  if (settled.decline !== undefined) {
    throw refusal(settled.decline);
  }
}

/** @throws Refusal where the order has another payment */
export function assertSame(known: PaymentRow, wanted: WantedPayment): void {
  const same = known.paymentId === wanted.paymentId && known.amountMinor === wanted.amountMinor;
  if (!same) {
    throw refusal('PaymentMismatchError');
  }
}

/** The answer to Capture where there is nothing to capture any more, or not yet. @throws Refusal unless it is captured */
export function capturedBefore(row: PaymentRow | undefined): PaymentRow {
  if (row?.state === 'CAPTURED') {
    return row;
  }
  if (row?.state === 'VOIDED') {
    throw refusal('PaymentVoidedError');
  }
  if (row?.state === 'REFUNDED') {
    throw refusal('PaymentRefundedError');
  }
  throw refusal('PaymentNotAuthorizedError');
}

/** The state that a capture has left a charge in. */
export function stateOf(charge: { readonly state: PaymentRow['state'] } | undefined): PaymentRow['state'] {
  if (charge === undefined) {
    throw new Error('the provider was asked to capture a charge that is not there');
  }
  return charge.state;
}

/** The provider's key of a payment. */
export function keyOf({ orderId, paymentId }: Pick<PaymentRow, 'orderId' | 'paymentId'>): string {
  return `${orderId}#${paymentId}`;
}

/** A terminal "no" of the payment service. */
export function refusal(name: string): Refusal {
  return new Refusal(name, `the payment service refuses: ${name}`);
}
