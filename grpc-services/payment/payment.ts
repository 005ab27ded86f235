import * as z from 'zod';
import { type Payment as PaymentMessage, PaymentState } from '../../proto/gen/payment/v1/payment.ts';

/**
 * A row of the payments table. `state` is the last known state. `intent` is written before the provider is called, so that
 * after a crash the next call repeats it:
 *
 *     PENDING -> AUTHORIZED -(CAPTURE)-> CAPTURED -(REFUND)-> REFUNDED
 *        |            |
 *        |            +-(VOID)-> VOIDED      PENDING itself is the intent to authorize.
 *        +-> DECLINED                        A Void of PENDING or DECLINED ends VOIDED as well.
 */
export const paymentRow = z.object({
  order_id: z.string(),
  state: z.enum(['PENDING', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED']),
  intent: z.enum(['CAPTURE', 'VOID', 'REFUND']).optional(),
  /** The attempt that the state refers to; absent in the tombstone of a Void that came first. */
  payment_id: z.string().optional(),
  amount_minor: z.int().optional(),
  currency: z.string().optional(),
  provider_reference: z.string().optional(),
  decline_reason: z.enum(['PAYMENT_DECLINED', 'INSUFFICIENT_FUNDS', 'INVALID_PAYMENT_METHOD']).optional(),
  /** Why the payment was voided or refunded. */
  reason: z.string().optional(),
  /** When to look for a late charge, in milliseconds since the epoch. */
  recheck_at: z.int().optional(),
  recheck_bucket: z.string().optional(),
  rechecks: z.int().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Increases with each write; every write is conditional on the version that was read. */
  version: z.int(),
});

/** The payment of an order. */
export type Payment = Readonly<z.output<typeof paymentRow>>;

/** The idempotency key of the payment's attempt at the provider; undefined if there was no attempt. */
export function chargeKey({ order_id, payment_id }: Payment): string | undefined {
  return payment_id === undefined ? undefined : `${order_id}#${payment_id}`;
}

/** The next version of a payment. It has no intent and no recheck unless `change` has them. */
export function nextVersion(previous: Payment, change: Partial<Payment>, now: string): Payment {
  const { intent: _settled, recheck_at: _at, recheck_bucket: _bucket, ...kept } = previous;
  return { ...kept, ...change, updated_at: now, version: previous.version + 1 };
}

/** The payment as a message of the contract. */
export function paymentMessage(payment: Payment): PaymentMessage {
  const { amount_minor, currency, state } = payment;
  const amount =
    amount_minor === undefined || currency === undefined ? undefined : { minorUnits: amount_minor, currency };
  const captured = state === 'CAPTURED' || state === 'REFUNDED' ? amount : undefined;
  return {
    orderId: payment.order_id,
    paymentId: payment.payment_id ?? '',
    state: PaymentState[payment.state],
    amount,
    declineReason: payment.decline_reason ?? '',
    providerReference: payment.provider_reference ?? '',
    createdAt: new Date(payment.created_at),
    updatedAt: new Date(payment.updated_at),
    actionUrl: '',
    captured,
    refunded: captured && { ...captured, minorUnits: state === 'REFUNDED' ? captured.minorUnits : 0 },
    refunds: [],
  };
}
