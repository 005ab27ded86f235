import type { EventView, StateError, StateView } from 'resilient-stepfunctions/console-drawing';

// The answers of the API, as its document at /openapi.json describes them.

/** How an order stands. */
export const STATUSES = [
  'PENDING',
  'RESERVED',
  'AWAITING_PAYMENT',
  'AUTHORIZED',
  'PAID',
  'CONFIRMED',
  'REJECTED',
  'CANCELLED',
  'EXPIRED',
  'NEEDS_ATTENTION',
] as const;

export type OrderStatus = (typeof STATUSES)[number];

/** Money in minor units. */
export interface Amount {
  readonly value: number;
  readonly currency?: string;
}

export interface ListedOrder {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly amount?: Amount;
  readonly created_at: string;
  readonly updated_at: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly parked_step?: string;
  /** The step of a refund that waits for an operator. */
  readonly refund_parked_step?: string;
}

export interface OrderList {
  readonly orders: readonly ListedOrder[];
  readonly next_cursor?: string;
}

export interface Summary {
  readonly by_status: Readonly<Record<OrderStatus, number>>;
  readonly money: readonly {
    readonly currency: string;
    readonly authorized: number;
    readonly captured: number;
    readonly refunded: number;
  }[];
  readonly attention: { readonly count: number; readonly refunds?: number; readonly oldest_at?: string };
}

export type RefundStatus = 'REQUESTED' | 'SUCCEEDED' | 'DECLINED' | 'NEEDS_ATTENTION';

export interface Refund {
  readonly refund_id: string;
  readonly amount: Amount;
  readonly status: RefundStatus;
  readonly lines?: readonly { readonly id: string; readonly count: number }[];
  readonly requested_at: string;
  readonly ended_at?: string;
  readonly restock?: boolean;
  readonly stock_returned?: boolean;
  readonly reason?: string;
  readonly requested_by?: string;
  readonly code?: string;
  readonly parked_step?: string;
  readonly parked_reason?: string;
}

export interface OrderDetails {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly lines: readonly {
    readonly id: string;
    readonly name?: string;
    readonly count: number;
    readonly unit_price?: number;
  }[];
  readonly amount?: Amount;
  readonly payment: {
    readonly kind: 'METHOD_GIVEN' | 'PAY_LATER';
    readonly payment_id?: string;
    readonly due_at?: string;
    readonly action_url?: string;
  };
  readonly refunds?: readonly Refund[];
  readonly refunded?: Amount;
  readonly timeline: readonly TimelineEntry[];
  readonly reason_code?: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly parked_step?: string;
  readonly cancel_requested?: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface TimelineEntry {
  readonly at: string;
  readonly status: OrderStatus;
  readonly what: string;
  readonly why?: string;
}

export type { EventView as SagaEvent, StateError as SagaError, StateView as SagaState };

export interface Execution {
  readonly name: string;
  readonly status: string;
  readonly started_at?: string;
  readonly stopped_at?: string;
  readonly redrive_count: number;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: StateError;
  readonly start_at?: string;
  readonly states: readonly StateView[];
  readonly events: readonly EventView[];
  readonly incomplete: boolean;
}

export interface SagaHistory {
  readonly order_id: string;
  readonly run: number;
  readonly runs: number;
  /** Of the order's logs and spans. */
  readonly trace_id?: string;
  readonly execution: Execution;
}

export interface RedriveOutcome {
  readonly redriven: readonly string[];
  readonly refused: readonly { readonly order_id: string; readonly why: string }[];
  /** Whether more orders are parked at the step than one request redrives. */
  readonly isMoreLeft?: boolean;
}

export interface StockItem {
  readonly id: string;
  readonly name: string;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly price: number;
  readonly currency: string;
}

export interface Hold {
  readonly order_id: string;
  readonly held_since: string;
  readonly held_until: string;
  readonly lines: readonly { readonly id: string; readonly name: string; readonly count: number }[];
}

export interface StockReport {
  readonly items: readonly StockItem[];
  /** The oldest first. */
  readonly holds: readonly Hold[];
  readonly more_holds: boolean;
}

/** True for an order that nothing moves any more. */
export function isOver(status: OrderStatus): boolean {
  return status === 'CONFIRMED' || status === 'REJECTED' || status === 'CANCELLED' || status === 'EXPIRED';
}
