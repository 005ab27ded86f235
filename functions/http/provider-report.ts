import { randomUUID } from 'node:crypto';
import { ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { signEvent } from '../common/event-signature.ts';
import type { PaymentEvent } from './contract/payment-events.ts';

/** Where the simulated provider reports to, and what it signs with. */
export interface ProviderReporting {
  /** The URL of `POST /payment/events`. */
  readonly url: string;
  readonly secret: string;
}

/** Longest wait for the shop. */
export const REPORT_WITHIN_MS = 15_000;

/**
 * Reports the customer's decision as the provider does: by a signed event. A provider would repeat an event that is not
 * taken; here the reconciliation asks instead.
 *
 * @returns whether the shop took the event
 */
export async function reportDecision(
  { url, secret }: ProviderReporting,
  outcome: ProviderOutcome,
  data: PaymentEvent['data'],
): Promise<boolean> {
  const now = new Date();
  const type = outcome === ProviderOutcome.AUTHORIZED ? 'payment.authorized' : 'payment.declined';
  const body = JSON.stringify({ type, timestamp: now.toISOString(), data });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signEvent([secret], `evt_${randomUUID()}`, now, body) },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(REPORT_WITHIN_MS),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
