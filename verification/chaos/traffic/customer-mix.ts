import type { CustomerKind } from '../../customer-kinds.ts';
import type { Choices } from '../choices.ts';
import type { Target } from '../proxy/network-call.ts';

/** How often each kind of customer comes, in proportion. */
const WEIGHTS: Readonly<Record<CustomerKind, number>> = {
  buys: 4,
  declined: 2,
  'no funds': 1,
  'flaky provider': 2,
  'forgetful provider': 2,
  'wants what everybody wants': 3,
  'unknown item': 1,
  'pays later': 3,
  'several payments': 2,
  'bad card first': 1,
  'confirms the payment': 2,
  'refuses to confirm': 1,
  'never confirms': 1,
  'never pays': 2,
  cancels: 2,
  'cancels while paying': 2,
  'is refunded': 2,
  'sends pieces back': 2,
  'cannot be refunded': 1,
  repeats: 2,
  'reuses the key': 1,
};

/** So many customers in a random order: the required ones, and others by their weights. */
export function drawCustomers(
  count: number,
  required: readonly CustomerKind[],
  choices: Choices,
): readonly CustomerKind[] {
  const lottery = Object.entries(WEIGHTS).flatMap(([kind, weight]) =>
    Array<CustomerKind>(weight).fill(kind as CustomerKind),
  );
  const others = Array.from({ length: Math.max(0, count - required.length) }, () => choices.pick(lottery));
  return choices.shuffled([...required, ...others]);
}

const FOR_OUTAGE = {
  // Some sagas start before it, some orders are refused and tried again, some wait for the answer to their token.
  engine: ['buys', 'pays later', 'buys', 'cancels', 'buys'],
  inventory: ['buys', 'declined', 'buys'],
  payment: ['never pays', 'cancels', 'cancels'],
  api: ['buys', 'declined', 'never pays'],
  dynamodb: ['buys', 'declined', 'never pays'],
} as const satisfies Record<Target, readonly CustomerKind[]>;

/** Customers whose orders reach the steps that fail in an outage of the target. */
export function customersForOutage(target: Target): readonly CustomerKind[] {
  return FOR_OUTAGE[target];
}
