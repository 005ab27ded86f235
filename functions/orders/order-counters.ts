import type { Order } from './order.ts';
import { isBehindPivot, type OrderStatus } from './order-status.ts';

/** The part of an order that the counters know: what it adds to them. */
export interface CountedOrder {
  readonly status: OrderStatus;
  /** Absent until the stock is reserved; then the order has no amount either. */
  readonly currency?: string | undefined;
  /** Set aside at the provider and not taken, in minor units. */
  readonly authorized_minor: number;
  /** Ever taken, in minor units; stays when some of it is given back. */
  readonly captured_minor: number;
  /** Given back, in minor units. */
  readonly refunded_minor: number;
  /** 1 where a refund of the order waits for an operator. */
  readonly parked_refunds?: number | undefined;
}

/** The kinds of money that are counted for each currency. */
export const COUNTED_MONEY = ['authorized', 'captured', 'refunded'] as const;

/** Counts the orders with a refund that waits for an operator. */
export const PARKED_REFUNDS = 'refunds.NEEDS_ATTENTION';

/** What is added to each counter by its name, `status.CONFIRMED` or `captured.USD`. Counters that do not change are absent. */
export type CounterChanges = Readonly<Record<string, number>>;

/** What an order adds to the counters. */
export function countedOrder(order: Order): CountedOrder {
  const { status, currency, amount_minor = 0 } = order;
  const captured = isCaptured(order);
  return {
    status,
    ...(currency !== undefined && { currency }),
    authorized_minor: !captured && mayBeAuthorized(order) ? amount_minor : 0,
    captured_minor: captured ? amount_minor : 0,
    refunded_minor: order.refunded_minor ?? 0,
    parked_refunds: order.refund_parked_step === undefined ? 0 : 1,
  };
}

/** True where the money was ever taken: the timeline keeps it when the order is given up later, and money given back was taken. */
function isCaptured({ timeline, parked_step, refunded_minor = 0 }: Order): boolean {
  return (
    refunded_minor > 0 ||
    timeline.some(({ status }) => status === 'PAID' || status === 'CONFIRMED') ||
    isBehindPivot(parked_step)
  );
}

/** True where money is set aside, or may be: an order whose void gave up is one of those. */
function mayBeAuthorized({ status, parked_step }: Order): boolean {
  return status === 'AUTHORIZED' || (status === 'NEEDS_ATTENTION' && parked_step === 'VoidPayment');
}

/**
 * The changes of the counters when an order changes.
 *
 * @param before undefined for an order that was not counted yet
 * @param after undefined for an order that was removed
 */
export function counterChanges(before: CountedOrder | undefined, after: CountedOrder | undefined): CounterChanges {
  return sumOfChanges([contribution(before, -1), contribution(after, 1)]);
}

/** Adds up the changes of several orders. Changes that cancel each other out are left out. */
export function sumOfChanges(all: readonly CounterChanges[]): CounterChanges {
  const sums = new Map<string, number>();
  for (const [name, change] of all.flatMap((changes) => Object.entries(changes))) {
    sums.set(name, (sums.get(name) ?? 0) + change);
  }
  return Object.fromEntries([...sums].filter(([, change]) => change !== 0));
}

function contribution(order: CountedOrder | undefined, sign: 1 | -1): CounterChanges {
  if (order === undefined) {
    return {};
  }
  const money =
    order.currency === undefined
      ? {}
      : {
          [`authorized.${order.currency}`]: sign * order.authorized_minor,
          [`captured.${order.currency}`]: sign * order.captured_minor,
          [`refunded.${order.currency}`]: sign * order.refunded_minor,
        };
  return { [`status.${order.status}`]: sign, [PARKED_REFUNDS]: sign * (order.parked_refunds ?? 0), ...money };
}
