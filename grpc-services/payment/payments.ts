import type { Clock } from '../common/clock.ts';
import { chargeKey, nextVersion, type Payment } from './payment.ts';
import type { PaymentStore } from './payment-store.ts';
import type { Charge, PaymentProvider } from './provider/payment-provider.ts';

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
  const next = nextVersion(previous, change, clock());
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

const RECORDING_TIMEOUT_MS = 5_000;

/** Time to record the provider's answer. It is recorded even if the caller no longer waits. */
export function recordingTime(): AbortSignal {
  return AbortSignal.timeout(RECORDING_TIMEOUT_MS);
}

/** What the provider's charge says about an attempt that has no outcome yet. */
export function outcomeOf(waiting: Payment, charge: Charge): Partial<Payment> {
  switch (charge.state) {
    case 'ACTION_REQUIRED':
      return { state: charge.state, provider_reference: charge.reference, action_url: charge.actionUrl };
    case 'DECLINED':
      return { state: charge.state, decline_reason: charge.reason, action_url: undefined };
    case 'VOIDED':
      // No Void of this service did that: the provider gave up the wait for the customer.
      return waiting.state === 'ACTION_REQUIRED'
        ? { state: 'DECLINED', decline_reason: 'PAYMENT_DECLINED', action_url: undefined }
        : { state: charge.state, provider_reference: charge.reference };
    case 'AUTHORIZED':
    case 'CAPTURED':
      return { state: charge.state, provider_reference: charge.reference, action_url: undefined };
  }
}
