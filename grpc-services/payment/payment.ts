import * as z from 'zod';
import { type Payment as PaymentMessage, PaymentState } from '../../proto/gen/payment/v1/payment.ts';

/**
 * A row of the payments table. `state` is the last that is certain; `intent` is what the provider is being asked, written
 * before it is asked, so that whoever comes after a crash asks again. PENDING is the intent to authorize.
 */
export const paymentRow = z.object({
  order_id: z.string(),
  state: z.enum(['PENDING', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED']),
  intent: z.enum(['CAPTURE', 'VOID', 'REFUND']).optional(),
  /** The attempt that the state is about; absent where a Void came before any. */
  payment_id: z.string().optional(),
  amount_minor: z.int().optional(),
  currency: z.string().optional(),
  provider_reference: z.string().optional(),
  decline_reason: z.enum(['PAYMENT_DECLINED', 'INSUFFICIENT_FUNDS', 'INVALID_PAYMENT_METHOD']).optional(),
  /** Why it was voided or refunded. */
  reason: z.string().optional(),
  /** When to look for a charge that came after its Void, in milliseconds since the epoch. */
  recheck_at: z.int().optional(),
  recheck_bucket: z.string().optional(),
  rechecks: z.int().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Counts the writes; each is conditional on the version it read. */
  version: z.int(),
});

/** The payment of an order. */
export type Payment = Readonly<z.output<typeof paymentRow>>;

/** The provider's key of the payment's attempt; undefined where there was none. */
export function chargeKey({ order_id, payment_id }: Payment): string | undefined {
  return payment_id === undefined ? undefined : `${order_id}#${payment_id}`;
}

/** The later version of a payment, without an intent and without a recheck unless `change` has them. */
export function nextVersion(previous: Payment, change: Partial<Payment>, now: string): Payment {
  const { intent: _settled, recheck_at: _at, recheck_bucket: _bucket, ...kept } = previous;
  return { ...kept, ...change, updated_at: now, version: previous.version + 1 };
}

/** The payment as the contract shows it. */
export function paymentMessage(payment: Payment): PaymentMessage {
  const { amount_minor, currency } = payment;
  return {
    orderId: payment.order_id,
    paymentId: payment.payment_id ?? '',
    state: PaymentState[payment.state],
    amount: amount_minor === undefined || currency === undefined ? undefined : { minorUnits: amount_minor, currency },
    declineReason: payment.decline_reason ?? '',
    providerReference: payment.provider_reference ?? '',
    createdAt: new Date(payment.created_at),
    updatedAt: new Date(payment.updated_at),
  };
}
