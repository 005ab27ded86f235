import * as z from 'zod';
import type { Order } from './order.ts';
import { isFinal, type OrderStatus } from './order-status.ts';

/** The type of the event that tells of each status. */
const TYPE_OF_STATUS = {
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
} as const satisfies Readonly<Record<OrderStatus, string>>;

/** Every type of event. */
export const EVENT_TYPES = [...Object.values(TYPE_OF_STATUS), 'order.refunded'] as const;

/** The type of an event. */
export type EventType = (typeof EVENT_TYPES)[number];

/** What an event tells of its order, as the order was right after the change. Nothing in it is for operators only. */
export interface OrderEventData {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly lines: readonly {
    readonly id: string;
    readonly count: number;
    readonly name?: string;
    /** Minor units. */
    readonly unit_price?: number;
  }[];
  readonly amount?: { readonly value: number; readonly currency?: string };
  readonly payment_id?: string;
  /** Until when an order that waits for its payment can be paid. */
  readonly due_at?: string;
  readonly reason_code?: string;
  readonly reason?: string;
  /** The refund that succeeded. */
  readonly refund?: {
    readonly refund_id: string;
    /** Minor units of the order's currency. */
    readonly amount: number;
    /** The pieces that it is for; absent where it is for an amount alone. */
    readonly lines?: readonly { readonly id: string; readonly count: number }[];
  };
  readonly created_at: string;
}

/** Something that happened to an order, for those outside. */
export interface OrderEvent {
  /** The same whenever the event is told again. Begins with the order's id. */
  readonly id: string;
  readonly type: EventType;
  readonly orderId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The order's trace, which the deliveries of the event are linked with. It is not part of what is sent. */
  readonly traceparent?: string | undefined;
  readonly data: OrderEventData;
}

/** The part of an order's earlier record that tells which events were there before. */
export const earlierRecordSchema = z.object({
  timeline: z.array(z.unknown()),
  start_pending: z.string().optional(),
  refunds: z.record(z.string(), z.looseObject({ status: z.string() })).default({}),
});

/** An order's earlier record. */
export type EarlierRecord = z.output<typeof earlierRecordSchema>;

/**
 * The events between two records of an order, oldest first. A status that is recorded twice is one event.
 *
 * An order is told of once its saga has written: until then its placement may be taken back.
 *
 * @param before undefined where all of the order's events are asked for
 */
export function orderEvents(before: EarlierRecord | undefined, after: Order): readonly OrderEvent[] {
  if (after.start_pending !== undefined) {
    return [];
  }
  const told = before === undefined || before.start_pending !== undefined ? 0 : before.timeline.length;
  const changes = after.timeline.flatMap((entry, index): readonly OrderEvent[] => {
    if (index < told || entry.status === after.timeline[index - 1]?.status) {
      return [];
    }
    const isLatest = !after.timeline.slice(index + 1).some(({ status }) => status !== entry.status);
    return [
      {
        id: `${after.order_id}-${index + 1}`,
        type: TYPE_OF_STATUS[entry.status],
        orderId: after.order_id,
        at: entry.at,
        traceparent: after.traceparent,
        data: dataOf(after, entry.status, isLatest),
      },
    ];
  });
  return [...changes, ...refundEvents(before, after)];
}

function refundEvents(before: EarlierRecord | undefined, after: Order): readonly OrderEvent[] {
  const ended = Object.entries(after.refunds ?? {}).filter(
    ([id, { status }]) => status === 'SUCCEEDED' && before?.refunds[id]?.status !== 'SUCCEEDED',
  );
  return ended
    .map(([refundId, { amount_minor, lines, ended_at }]) => ({
      id: `${after.order_id}-refund-${refundId}-SUCCEEDED`,
      type: 'order.refunded' as const,
      orderId: after.order_id,
      at: ended_at ?? after.updated_at,
      traceparent: after.traceparent,
      data: {
        ...dataOf(after, after.status, true),
        refund: {
          refund_id: refundId,
          amount: amount_minor,
          ...(lines !== undefined && { lines: lines.map(({ item_id, count }) => ({ id: item_id, count })) }),
        },
      },
    }))
    .toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

function dataOf(order: Order, status: OrderStatus, isLatest: boolean): OrderEventData {
  const { order_id, lines, amount_minor, currency, payment_id, payment_due_at, reason_code, reason, created_at } =
    order;
  return {
    order_id,
    status,
    lines: lines.map(({ item_id, count, name, unit_price_minor }) => ({
      id: item_id,
      count,
      ...(name !== undefined && { name }),
      ...(unit_price_minor !== undefined && { unit_price: unit_price_minor }),
    })),
    ...(amount_minor !== undefined && {
      amount: { value: amount_minor, ...(currency !== undefined && { currency }) },
    }),
    ...(isLatest && payment_id !== undefined && { payment_id }),
    ...(status === 'AWAITING_PAYMENT' && payment_due_at !== undefined && { due_at: payment_due_at }),
    ...(isFinal(status) && reason_code !== undefined && { reason_code }),
    ...(isFinal(status) && reason !== undefined && { reason }),
    created_at,
  };
}
