import { randomUUID } from 'node:crypto';
import type { ChargeLedger, ChargeRow, NewCharge } from './charge-ledger.ts';
import {
  type Authorization,
  type Charge,
  type ChargeRefund,
  type CustomerDecision,
  type PaymentProvider,
  ProviderUnavailable,
  type RefundOutcome,
} from './payment-provider.ts';

/** Calls of `tok_flaky` without an answer before it works. */
const FLAKY_FAILURES = 2;

/** Where the HTTP API serves the page on which a customer approves or refuses. */
const ACTION_PAGE = '/payment/action';

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
 * | `tok_3ds` | waits for the customer, who approves or refuses |
 * | `tok_refund_fails` | authorizes, and later declines every refund |
 * | `tok_refund_timeout` | authorizes, and later loses the first answer to every refund |
 * | anything else | declines: the method is not valid |
 *
 * @param actionPage the URL or path of the page on which the customer decides
 */
export function createSimulatedProvider(ledger: ChargeLedger, actionPage = ACTION_PAGE): PaymentProvider {
  const charge = (key: string, row: ChargeRow | undefined) => chargeOf(key, row, actionPage);
  return {
    authorize: (authorization, signal) =>
      withProviderErrors(async () => {
        const row = await authorize(ledger, authorization, signal);
        return charge(authorization.key, row) ?? noAnswer();
      }),
    find: (key, signal) => withProviderErrors(async () => charge(key, await ledger.find(key, signal))),
    capture: (key, signal) =>
      withProviderErrors(async () => charge(key, (await ledger.move(key, ['AUTHORIZED'], 'CAPTURED', signal)).row)),
    void: (key, signal) =>
      withProviderErrors(async () =>
        charge(key, (await ledger.move(key, ['AUTHORIZED', 'ACTION_REQUIRED'], 'VOIDED', signal)).row),
      ),
    refund: (refund, signal) => withProviderErrors(() => refundCharge(ledger, refund, signal)),
    findRefund: (refund, signal) =>
      withProviderErrors(async () => {
        const row = await ledger.find(refund.key, signal);
        return row === undefined ? undefined : outcomeOfRefund(row, refund);
      }),
    decide: (decision, signal) =>
      withProviderErrors(async () => charge(decision.key, await decide(ledger, decision, signal))),
  };
}

async function authorize(ledger: ChargeLedger, authorization: Authorization, signal: AbortSignal): Promise<ChargeRow> {
  const { key, method } = authorization;
  let { written, row } = await ledger.open(key, newCharge(authorization, undefined), undefined, signal);
  if (!written && row?.state === 'UNANSWERED') {
    ({ written, row } = await ledger.open(key, newCharge(authorization, row), row, signal));
  }
  const answerLost = written && method === 'tok_timeout';
  return row === undefined || answerLost ? noAnswer() : row;
}

function noAnswer(): never {
  throw new ProviderUnavailable();
}

function newCharge({ method, amountMinor, currency }: Authorization, earlier: ChargeRow | undefined): NewCharge {
  return {
    ...behaviourOf(method, earlier?.tries ?? 0),
    reference: earlier?.reference ?? `ch_${randomUUID()}`,
    amount_minor: amountMinor,
    currency,
  };
}

function behaviourOf(method: string, tries: number): Pick<NewCharge, 'state' | 'decline_reason' | 'on_refund'> {
  switch (method) {
    case 'tok_visa':
    case 'tok_timeout':
      return { state: 'AUTHORIZED' };
    case 'tok_flaky':
      return { state: tries < FLAKY_FAILURES ? 'UNANSWERED' : 'AUTHORIZED' };
    case 'tok_3ds':
      return { state: 'ACTION_REQUIRED' };
    case 'tok_refund_fails':
      return { state: 'AUTHORIZED', on_refund: 'DECLINE' };
    case 'tok_refund_timeout':
      return { state: 'AUTHORIZED', on_refund: 'LOSE_REPLY' };
    case 'tok_declined':
      return { state: 'DECLINED', decline_reason: 'PAYMENT_DECLINED' };
    case 'tok_insufficient_funds':
      return { state: 'DECLINED', decline_reason: 'INSUFFICIENT_FUNDS' };
    default:
      return { state: 'DECLINED', decline_reason: 'INVALID_PAYMENT_METHOD' };
  }
}

async function refundCharge(
  ledger: ChargeLedger,
  refund: ChargeRefund,
  signal: AbortSignal,
): Promise<RefundOutcome | undefined> {
  for (;;) {
    signal.throwIfAborted();
    const row = await ledger.find(refund.key, signal);
    if (row?.state !== 'CAPTURED' && row?.state !== 'REFUNDED') {
      return undefined;
    }
    const known = outcomeOfRefund(row, refund);
    if (known !== undefined) {
      return known;
    }
    const tooMuch = row.refunded_minor + refund.amountMinor > row.amount_minor;
    const state = row.on_refund === 'DECLINE' || tooMuch ? 'DECLINED' : 'SUCCEEDED';
    const entry = { refund_id: refund.refundId, amount_minor: refund.amountMinor, state } as const;
    if (await ledger.addRefund(refund.key, row, entry, signal)) {
      return row.on_refund === 'LOSE_REPLY' ? noAnswer() : state;
    }
  }
}

function outcomeOfRefund(row: ChargeRow, { refundId }: ChargeRefund): RefundOutcome | undefined {
  const refundedBeforeIdsWereKept = row.state === 'REFUNDED' && row.refund_log.length === 0;
  return refundedBeforeIdsWereKept
    ? 'SUCCEEDED'
    : row.refund_log.find(({ refund_id }) => refund_id === refundId)?.state;
}

async function decide(
  ledger: ChargeLedger,
  { key, reference, approve }: CustomerDecision,
  signal: AbortSignal,
): Promise<ChargeRow | undefined> {
  const row = await ledger.find(key, signal);
  if (row?.reference !== reference) {
    return undefined;
  }
  return (await ledger.move(key, ['ACTION_REQUIRED'], approve ? 'AUTHORIZED' : 'DECLINED', signal)).row;
}

function chargeOf(key: string, row: ChargeRow | undefined, actionPage: string): Charge | undefined {
  if (row === undefined) {
    return undefined;
  }
  const { state, reference, decline_reason } = row;
  switch (state) {
    case 'UNANSWERED':
      return undefined;
    case 'DECLINED':
      return { state, reason: decline_reason ?? 'PAYMENT_DECLINED' };
    case 'ACTION_REQUIRED':
      return { state, reference, actionUrl: actionUrl(actionPage, key, reference) };
    case 'AUTHORIZED':
    case 'CAPTURED':
    case 'VOIDED':
      return { state, reference };
    case 'REFUNDED':
      return { state: 'CAPTURED', reference };
  }
}

function actionUrl(page: string, key: string, reference: string): string {
  const end = key.indexOf('#');
  const ids = { order_id: key.slice(0, end), payment_id: key.slice(end + 1) };
  return `${page}?${new URLSearchParams({ ...ids, reference }).toString()}`;
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
