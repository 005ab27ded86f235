import type { PaymentSnapshot, PaymentState } from '../invariants/snapshot.ts';
import { Refusal } from './simulated-call.ts';

/** The Payment service's record of an order: the last certain state, and the pending request to the provider. */
export interface PaymentRecord {
  readonly orderId: string;
  readonly state: PaymentState;
  readonly intent?: 'CAPTURE' | 'VOID' | 'REPLACE' | 'REFUND' | undefined;
  /** Absent if a Void came before any payment. */
  readonly paymentId?: string;
  readonly amountMinor?: number;
  readonly decline?: string | undefined;
  /** The refund that gives all of it back; absent where compensation does. */
  readonly refundId?: string | undefined;
}

/** Thrown when a record has changed since it was read: read it again and decide again. */
export class RecordConflict extends Error {}

/** A model of the Payment service's table, with optimistic locking. */
export class PaymentRecords {
  readonly #rows = new Map<string, PaymentRecord>();

  find(orderId: string): PaymentRecord | undefined {
    return this.#rows.get(orderId);
  }

  /** @throws {RecordConflict} `read` is no longer the stored record */
  save(read: PaymentRecord | undefined, next: PaymentRecord): PaymentRecord {
    if (this.#rows.get(next.orderId) !== read) {
      throw new RecordConflict();
    }
    this.#rows.set(next.orderId, next);
    return next;
  }

  payments(): readonly PaymentSnapshot[] {
    return [...this.#rows.values()].map(({ orderId, state, amountMinor, refundId }) => ({
      order_id: orderId,
      state,
      ...(amountMinor === undefined ? {} : { amount_minor: amountMinor, currency: 'USD' }),
      ...(state === 'REFUNDED' && refundId !== undefined && amountMinor !== undefined
        ? { refunds: [{ refund_id: refundId, amount_minor: amountMinor, state: 'SUCCEEDED' as const }] }
        : {}),
    }));
  }
}

/** The payment that Authorize asks for. */
export type WantedPayment = Required<Pick<PaymentRecord, 'orderId' | 'paymentId' | 'amountMinor'>>;

/**
 * Checks a settled payment, or one that waits for its customer, for a repeated Authorize, and returns it.
 *
 * @throws {Refusal} it is not authorized, or is another payment
 */
export function requireAuthorized(settled: PaymentRecord, wanted: WantedPayment): PaymentRecord {
  if (settled.state === 'VOIDED') {
    throw paymentRefusal('PaymentVoidedError');
  }
  if (settled.state === 'REFUNDED') {
    throw paymentRefusal('PaymentRefundedError');
  }
  assertSamePayment(settled, wanted);
  if (settled.decline !== undefined) {
    throw paymentRefusal(settled.decline);
  }
  return settled;
}

/** @throws {Refusal} the order has another payment */
export function assertSamePayment(known: PaymentRecord, wanted: WantedPayment): void {
  const same = known.paymentId === wanted.paymentId && known.amountMinor === wanted.amountMinor;
  if (!same) {
    throw paymentRefusal('PaymentMismatchError');
  }
}

/** @throws {Refusal} the payment is not captured */
export function requireCaptured(row: PaymentRecord | undefined): PaymentRecord {
  if (row?.state === 'CAPTURED') {
    return row;
  }
  if (row?.state === 'VOIDED') {
    throw paymentRefusal('PaymentVoidedError');
  }
  if (row?.state === 'REFUNDED') {
    throw paymentRefusal('PaymentRefundedError');
  }
  throw paymentRefusal('PaymentNotAuthorizedError');
}

/** State of a charge after a capture. @throws {Error} there is no charge: a mistake in the simulation */
export function stateAfterCapture(
  charge: { readonly state: PaymentRecord['state'] } | undefined,
): PaymentRecord['state'] {
  if (charge === undefined) {
    throw new Error('the provider has no charge to capture');
  }
  return charge.state;
}

/** The provider's idempotency key of a payment. */
export function chargeKey({ orderId, paymentId }: Pick<PaymentRecord, 'orderId' | 'paymentId'>): string {
  return `${orderId}#${paymentId}`;
}

/** A terminal error of the Payment service. */
export function paymentRefusal(name: string): Refusal {
  return new Refusal(name, `the payment service refuses: ${name}`);
}
