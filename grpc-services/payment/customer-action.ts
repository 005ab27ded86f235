import { retryOnConflict } from '../common/retry-on-conflict.ts';
import type { Payment } from './payment.ts';
import { outcomeOf, type Payments, recordingTime, requiredChargeKey, saveChange } from './payments.ts';
import type { Charge, CustomerDecision } from './provider/payment-provider.ts';
import { customerActionNotFound, paymentMismatch, paymentNotFound, providerEventMismatch } from './refusals.ts';
import { completeVoid } from './void.ts';

/** A RecordProviderEvent request. */
export interface ProviderEvent {
  readonly eventId: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly outcome: NonNullable<Payment['event']>['outcome'];
}

/**
 * Takes the provider's report about a payment that waits for its customer, and asks the provider what is true. So an event
 * that is forged, early or out of order does no harm: it only makes this service ask.
 *
 * A payment that is over stays as it is, and a late approval of a voided one is voided too.
 */
export function recordProviderEvent(payments: Payments, event: ProviderEvent, signal: AbortSignal): Promise<Payment> {
  return retryOnConflict(async () => {
    const payment = await payments.store.find(event.orderId, signal);
    if (payment === undefined) {
      throw paymentNotFound();
    }
    if (payment.payment_id !== event.paymentId) {
      throw paymentMismatch();
    }
    if (payment.event?.id === event.eventId && payment.event.outcome !== event.outcome) {
      throw providerEventMismatch();
    }
    switch (payment.state) {
      case 'PENDING':
      case 'ACTION_REQUIRED':
        return settle(payments, payment, event, signal);
      case 'VOIDED':
        await payments.provider.void(requiredChargeKey(payment), signal);
        return payment;
      case 'AUTHORIZED':
      case 'DECLINED':
      case 'CAPTURED':
      case 'REFUNDED':
        return payment;
    }
  }, signal);
}

async function settle(
  payments: Payments,
  waiting: Payment,
  { eventId: id, outcome }: ProviderEvent,
  signal: AbortSignal,
): Promise<Payment> {
  if (waiting.intent === 'VOID') {
    return completeVoid(payments, waiting, signal);
  }
  if (waiting.intent === 'REPLACE') {
    return completeReplacement(payments, waiting, signal);
  }
  const charge = await payments.provider.find(requiredChargeKey(waiting), signal);
  if (charge === undefined || charge.state === 'ACTION_REQUIRED') {
    return waiting;
  }
  const change = { ...outcomeOf(waiting, charge), event: { id, outcome } };
  return saveChange(payments, waiting, change, recordingTime());
}

/**
 * Gives up an attempt that waits for its customer, because the customer pays with another method. The attempt ends DECLINED.
 *
 * @throws RowConflict when the payment changed in the meantime; read it again and decide again
 */
export async function replaceAttempt(payments: Payments, waiting: Payment, signal: AbortSignal): Promise<Payment> {
  const intended =
    waiting.intent === 'REPLACE' ? waiting : await saveChange(payments, waiting, { intent: 'REPLACE' }, signal);
  return completeReplacement(payments, intended, signal);
}

async function completeReplacement(payments: Payments, intended: Payment, signal: AbortSignal): Promise<Payment> {
  const charge = await payments.provider.void(requiredChargeKey(intended), signal);
  if (charge?.state === 'CAPTURED') {
    throw new Error("an attempt that was never authorized here is CAPTURED in the provider's books");
  }
  const reason = charge?.state === 'DECLINED' ? charge.reason : 'PAYMENT_DECLINED';
  const change = { state: 'DECLINED', decline_reason: reason, action_url: undefined } as const;
  return saveChange(payments, intended, change, signal);
}

/** A SimulateCustomerAction request. */
export interface CustomerAction extends Omit<CustomerDecision, 'key'> {
  readonly orderId: string;
  readonly paymentId: string;
}

/**
 * Decides as the customer would, at the provider alone.
 *
 * @returns the charge as the provider now has it
 */
export async function decideForCustomer(
  { provider }: Payments,
  { orderId, paymentId, reference, approve }: CustomerAction,
  signal: AbortSignal,
): Promise<Charge> {
  const charge = await provider.decide({ key: `${orderId}#${paymentId}`, reference, approve }, signal);
  if (charge === undefined) {
    throw customerActionNotFound();
  }
  return charge;
}
