import type { FinishedStatus } from './invariants/snapshot.ts';

/** What a kind of customer does with an order, and how the order may end. */
interface CustomerKindFacts {
  /** The payment method of the order; absent: it is placed without one. */
  readonly method?: string;
  /** Any order may be REJECTED, since a step that fails for good is undone. One that waits for its payment may EXPIRE. */
  readonly allowedEnds: readonly FinishedStatus[];
}

/**
 * The kinds of customers, for every kind of traffic; between them they bring orders to every end. Chaos plays them itself,
 * the load describes them to artillery in `load/scenarios/orders.yml`.
 */
const FACTS = {
  buys: { method: 'tok_visa', allowedEnds: ['CONFIRMED', 'REJECTED'] },
  declined: { method: 'tok_declined', allowedEnds: ['REJECTED'] },
  'no funds': { method: 'tok_insufficient_funds', allowedEnds: ['REJECTED'] },
  'flaky provider': { method: 'tok_flaky', allowedEnds: ['CONFIRMED', 'REJECTED'] },
  'forgetful provider': { method: 'tok_timeout', allowedEnds: ['CONFIRMED', 'REJECTED'] },
  'wants what everybody wants': { method: 'tok_visa', allowedEnds: ['CONFIRMED', 'REJECTED'] },
  'unknown item': { method: 'tok_visa', allowedEnds: ['REJECTED'] },
  'pays later': { allowedEnds: ['CONFIRMED', 'REJECTED', 'EXPIRED'] },
  'several payments': { allowedEnds: ['CONFIRMED', 'REJECTED', 'EXPIRED'] },
  'bad card first': { allowedEnds: ['CONFIRMED', 'REJECTED', 'EXPIRED'] },
  'confirms the payment': { method: 'tok_3ds', allowedEnds: ['CONFIRMED', 'REJECTED', 'EXPIRED'] },
  'refuses to confirm': { method: 'tok_3ds', allowedEnds: ['REJECTED', 'EXPIRED'] },
  'never confirms': { method: 'tok_3ds', allowedEnds: ['REJECTED', 'EXPIRED'] },
  'never pays': { allowedEnds: ['REJECTED', 'EXPIRED'] },
  cancels: { allowedEnds: ['REJECTED', 'CANCELLED', 'EXPIRED'] },
  'cancels while paying': { allowedEnds: ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'] },
  'is refunded': { method: 'tok_visa', allowedEnds: ['CONFIRMED', 'REJECTED'] },
  'sends pieces back': { method: 'tok_visa', allowedEnds: ['CONFIRMED', 'REJECTED'] },
  'cannot be refunded': { method: 'tok_refund_fails', allowedEnds: ['CONFIRMED', 'REJECTED'] },
  repeats: { method: 'tok_visa', allowedEnds: ['CONFIRMED', 'REJECTED'] },
  'reuses the key': { method: 'tok_visa', allowedEnds: ['CONFIRMED', 'REJECTED'] },
} as const satisfies Readonly<Record<string, CustomerKindFacts>>;

/** What a customer does. */
export type CustomerKind = keyof typeof FACTS;

/** The facts of each kind of customer. */
export const CUSTOMER_KINDS: Readonly<Record<CustomerKind, CustomerKindFacts>> = FACTS;

/** Whether a word is a kind of customer. */
export function isCustomerKind(word: string): word is CustomerKind {
  return Object.hasOwn(FACTS, word);
}
