import { type Clock, isoTime } from '../common/clock.ts';
import { nextVersion, type Payment } from './payment.ts';
import type { PaymentStore } from './payment-store.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';

/** What the operations of the service work on. */
export interface Payments {
  readonly store: PaymentStore;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
}

/** Writes the change over the payment that was read, and answers what was written. Throws RowConflict. */
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
