import type { OrderSnapshot } from './snapshot.ts';
import { orderViolation, type Violation } from './violation.ts';

/** An event that a receiver of a webhook took. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
}

/** A webhook, and what its receiver took, in the order of arrival. */
export interface WebhookRecord {
  /** ISO time at which the webhook was made. */
  readonly since: string;
  /** The types that it asked for; absent: all. */
  readonly types?: readonly string[];
  readonly taken: readonly ReceivedEvent[];
}

/** The event type of each status. The checker keeps this list of its own; the order service has another. */
const TYPES: Readonly<Record<string, string>> = {
  PENDING: 'order.placed',
  RESERVED: 'order.reserved',
  AWAITING_PAYMENT: 'order.awaiting_payment',
  AUTHORIZED: 'order.authorized',
  PAID: 'order.paid',
  CONFIRMED: 'order.confirmed',
  REJECTED: 'order.rejected',
  CANCELLED: 'order.cancelled',
  EXPIRED: 'order.expired',
  NEEDS_ATTENTION: 'order.needs_attention',
};

/**
 * Invariant 6: every change of an order's status reached the webhook, in order. An event that came again counts where it
 * came first. Orders that were placed before the webhook was made may be told of in part, so they are left out.
 */
export function findUntoldEvents(orders: readonly OrderSnapshot[], webhook: WebhookRecord): readonly Violation[] {
  const taken = Map.groupBy(webhook.taken, ({ orderId }) => orderId);
  return orders
    .filter(({ created_at, start_pending }) => created_at >= webhook.since && start_pending === undefined)
    .flatMap((order) => {
      const wanted = changesOf(order, webhook);
      const came = withoutDoubles(taken.get(order.order_id) ?? []);
      return wanted.join(', ') === came.join(', ')
        ? []
        : [
            orderViolation(
              'webhooks are told every change, in order',
              order.order_id,
              `its webhook took ${listed(came)} where its record has ${listed(wanted)}`,
            ),
          ];
    });
}

/** The changes of an order's status, each by its number in the timeline and its type. */
function changesOf({ timeline }: OrderSnapshot, { types }: WebhookRecord): readonly string[] {
  return timeline.flatMap(({ status }, index) => {
    const type = TYPES[status] ?? `no type for ${status}`;
    const isWanted = types === undefined || types.includes(type);
    return isWanted && status !== timeline[index - 1]?.status ? [`${index + 1} ${type}`] : [];
  });
}

/** What came of an order's status, each event where it came first. Refunds change no status. */
function withoutDoubles(taken: readonly ReceivedEvent[]): readonly string[] {
  const texts = taken
    .filter(({ type }) => type !== 'order.refunded')
    .map(({ id, type, orderId }) => `${id.replace(`${orderId}-`, '')} ${type}`);
  return [...new Set(texts)];
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : `[${texts.join(', ')}]`;
}
