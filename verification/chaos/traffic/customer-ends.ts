import type { FinishedStatus } from '../../invariants/snapshot.ts';
import type { CustomerKind } from './customer-kind.ts';

/**
 * The ends that an order of each kind of customer may come to. Any order may be REJECTED, since a step that fails for good is
 * undone; one that waits for its payment may EXPIRE, since the customer may not get through in time.
 */
export const allowedEnds: Readonly<Record<CustomerKind, readonly FinishedStatus[]>> = {
  buys: ['CONFIRMED', 'REJECTED'],
  declined: ['REJECTED'],
  'no funds': ['REJECTED'],
  'flaky provider': ['CONFIRMED', 'REJECTED'],
  'forgetful provider': ['CONFIRMED', 'REJECTED'],
  'wants what everybody wants': ['CONFIRMED', 'REJECTED'],
  'unknown item': ['REJECTED'],
  'pays later': ['CONFIRMED', 'REJECTED', 'EXPIRED'],
  'several payments': ['CONFIRMED', 'REJECTED', 'EXPIRED'],
  'bad card first': ['CONFIRMED', 'REJECTED', 'EXPIRED'],
  'never pays': ['REJECTED', 'EXPIRED'],
  cancels: ['REJECTED', 'CANCELLED', 'EXPIRED'],
  'cancels while paying': ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'],
  repeats: ['CONFIRMED', 'REJECTED'],
  'reuses the key': ['CONFIRMED', 'REJECTED'],
};
