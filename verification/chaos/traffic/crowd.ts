import type { Choices } from '../choices.ts';
import type { Target } from '../proxy/wire-call.ts';
import type { CustomerKind } from './customer-kind.ts';

/** How often each kind comes, in proportion. */
const weights: Readonly<Record<CustomerKind, number>> = {
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
  'never pays': 2,
  cancels: 2,
  'cancels while paying': 2,
  repeats: 2,
  'reuses the key': 1,
};

/** So many customers: those that must come, and others as it happens. */
export function chooseCrowd(
  count: number,
  required: readonly CustomerKind[],
  choices: Choices,
): readonly CustomerKind[] {
  const lottery = Object.entries(weights).flatMap(([kind, weight]) =>
    Array<CustomerKind>(weight).fill(kind as CustomerKind),
  );
  const others = Array.from({ length: Math.max(0, count - required.length) }, () => choices.pick(lottery));
  return choices.shuffled([...required, ...others]);
}

const FOR_OUTAGE = {
  // Some sagas are started before, some orders are refused and asked for again, some wait for an answer to their token.
  engine: ['buys', 'pays later', 'buys', 'cancels', 'buys'],
  inventory: ['buys', 'declined', 'buys'],
  payment: ['never pays', 'cancels', 'cancels'],
  api: ['buys', 'declined', 'never pays'],
  dynamodb: ['buys', 'declined', 'never pays'],
} as const satisfies Record<Target, readonly CustomerKind[]>;

/** The customers whose orders come to the steps that are away in an outage. */
export function crowdForOutage(target: Target): readonly CustomerKind[] {
  return FOR_OUTAGE[target];
}
