import { type Clock, isoTime } from '../common/clock.ts';
import { chargeKey, nextVersion, type Payment } from './payment.ts';
import type { PaymentStore } from './payment-store.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';

/** What the operations of the service work with. */
export interface Payments {
  readonly store: PaymentStore;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
}

/**
 * Writes a change over the payment that was read, and returns the version that was written.
 *
 * @throws RowConflict when the payment changed after it was read
 */
export async function saveChange(
  { store, clock }: Payments,
  previous: Payment,
  change: Partial<Payment>,
  signal: AbortSignal,
): Promise<Payment> {
  const next = nextVersion(previous, change, isoTime(clock()));
  await store.save(previous, next, signal);
  return next;
}

/**
 * The provider's key of a payment that must have an attempt.
 *
 * @throws Error when it has none, which is a defect
 */
export function requiredChargeKey(payment: Payment): string {
  const key = chargeKey(payment);
  if (key === undefined) {
    throw new Error(`a payment with the intent ${payment.intent ?? payment.state} has no attempt`);
  }
  return key;
}
