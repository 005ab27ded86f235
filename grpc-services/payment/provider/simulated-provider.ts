import { randomUUID } from 'node:crypto';
import type { ChargeLedger, ChargeRow, NewCharge } from './charge-ledger.ts';
import { type Authorization, type Charge, type PaymentProvider, ProviderUnavailable } from './payment-provider.ts';

/** Calls of `tok_flaky` without an answer before it works. */
const FLAKY_FAILURES = 2;

/**
 * A provider that moves no money and keeps its charges in a ledger. The payment method decides what it does:
 *
 * | method | behaviour |
 * |---|---|
 * | `tok_visa` | authorizes |
 * | `tok_declined` | declines |
 * | `tok_insufficient_funds` | declines for lack of funds |
 * | `tok_timeout` | authorizes, but the first answer is lost |
 * | `tok_flaky` | gives no answer twice, then authorizes |
 * | anything else | declines: the method is not valid |
 */
export function createSimulatedProvider(ledger: ChargeLedger): PaymentProvider {
  const moved = (from: ChargeRow['state'], to: ChargeRow['state']) => (key: string, signal: AbortSignal) =>
    withProviderErrors(async () => chargeOf((await ledger.move(key, from, to, signal)).row));
  return {
    authorize: (authorization, signal) => withProviderErrors(() => authorize(ledger, authorization, signal)),
    find: (key, signal) => withProviderErrors(async () => chargeOf(await ledger.find(key, signal))),
    capture: moved('AUTHORIZED', 'CAPTURED'),
    void: moved('AUTHORIZED', 'VOIDED'),
    refund: moved('CAPTURED', 'REFUNDED'),
  };
}

async function authorize(ledger: ChargeLedger, authorization: Authorization, signal: AbortSignal): Promise<Charge> {
  const { key, method } = authorization;
  let { written, row } = await ledger.open(key, newCharge(authorization, undefined), undefined, signal);
  if (!written && row?.state === 'UNANSWERED') {
    ({ written, row } = await ledger.open(key, newCharge(authorization, row), row, signal));
  }
  const charge = chargeOf(row);
  const answerLost = written && method === 'tok_timeout';
  if (charge === undefined || answerLost) {
    throw new ProviderUnavailable();
  }
  return charge;
}

function newCharge({ method, amountMinor, currency }: Authorization, earlier: ChargeRow | undefined): NewCharge {
  return {
    ...outcomeOf(method, earlier?.tries ?? 0),
    reference: earlier?.reference ?? `ch_${randomUUID()}`,
    amount_minor: amountMinor,
    currency,
  };
}

function outcomeOf(method: string, tries: number): Pick<NewCharge, 'state' | 'decline_reason'> {
  switch (method) {
    case 'tok_visa':
    case 'tok_timeout':
      return { state: 'AUTHORIZED' };
    case 'tok_flaky':
      return { state: tries < FLAKY_FAILURES ? 'UNANSWERED' : 'AUTHORIZED' };
    case 'tok_declined':
      return { state: 'DECLINED', decline_reason: 'PAYMENT_DECLINED' };
    case 'tok_insufficient_funds':
      return { state: 'DECLINED', decline_reason: 'INSUFFICIENT_FUNDS' };
    default:
      return { state: 'DECLINED', decline_reason: 'INVALID_PAYMENT_METHOD' };
  }
}

function chargeOf(row: ChargeRow | undefined): Charge | undefined {
  if (row === undefined) {
    return undefined;
  }
  const { state, reference, decline_reason } = row;
  switch (state) {
    case 'UNANSWERED':
      return undefined;
    case 'DECLINED':
      return { state, reason: decline_reason ?? 'PAYMENT_DECLINED' };
    case 'AUTHORIZED':
    case 'CAPTURED':
    case 'VOIDED':
    case 'REFUNDED':
      return { state, reference };
  }
}

/** Any error inside the provider looks to this service like a provider that does not answer. */
async function withProviderErrors<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProviderUnavailable) {
      throw error;
    }
    throw new ProviderUnavailable(error);
  }
}
