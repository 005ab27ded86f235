import type { ApiAnswer } from './api-answer.ts';
import type { OrderStatus } from './order-status.ts';

/** An order as the orders table holds it; only what the invariants speak about. */
export interface OrderSnapshot {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly lines: readonly LineSnapshot[];
  /** Whole minor units; absent until the stock was reserved and priced. */
  readonly amount_minor?: number;
  readonly currency?: string;
  readonly payment_method?: string;
  /** ISO 8601. */
  readonly created_at: string;
  /** ISO 8601; present once the order waits for its payment. */
  readonly payment_due_at?: string;
  readonly timeline: readonly TimelineEntry[];
}

/** One thing that happened to an order, as the order's own record tells it. */
export interface TimelineEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly status: string;
  readonly what: string;
  readonly why?: string;
}

/** So many pieces of one item. */
export interface LineSnapshot {
  readonly item_id: string;
  readonly count: number;
}

/** The counters of one item in Inventory. */
export interface ItemSnapshot {
  readonly item_id: string;
  readonly stocked: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}

/** Every state a reservation can be read in. */
export type ReservationState = 'HELD' | 'COMMITTED' | 'RELEASED' | 'EXPIRED' | 'REFUSED';

/** What Inventory keeps about one order, tombstones included. */
export interface ReservationSnapshot {
  readonly order_id: string;
  readonly state: ReservationState;
  /** Empty where the undo came before the reservation. */
  readonly lines: readonly LineSnapshot[];
}

/** Every state a payment can be read in. */
export type PaymentState = 'PENDING' | 'AUTHORIZED' | 'DECLINED' | 'CAPTURED' | 'VOIDED' | 'REFUNDED';

/** What Payment keeps about one order, tombstones included. */
export interface PaymentSnapshot {
  readonly order_id: string;
  readonly state: PaymentState;
  readonly amount_minor?: number;
  readonly currency?: string;
}

/** Every state a charge can be read in, in the provider's own books; UNANSWERED took no money. */
export type ChargeState = 'AUTHORIZED' | 'CAPTURED' | 'VOIDED' | 'REFUNDED' | 'DECLINED' | 'UNANSWERED';

/** One charge in the payment provider's books: an order has as many as it was attempted to pay. */
export interface ChargeSnapshot {
  readonly charge_id: string;
  readonly order_id: string;
  readonly state: ChargeState;
  readonly amount_minor: number;
  readonly currency: string;
  /** How often the provider took the money. */
  readonly captures: number;
  /** How often the provider gave it back. */
  readonly refunds: number;
}

/** Every status of a Step Functions execution. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

/** One execution of the order saga; its name is the order's id. */
export interface ExecutionSnapshot {
  readonly order_id: string;
  readonly status: ExecutionStatus;
  /** What DescribeExecution says; read for parked orders only. */
  readonly redrivable?: boolean;
}

/** Everything the invariants are checked against, read while nothing moves. */
export interface Snapshot {
  /** ISO 8601; when the reading began. */
  readonly taken_at: string;
  readonly orders: readonly OrderSnapshot[];
  readonly items: readonly ItemSnapshot[];
  readonly reservations: readonly ReservationSnapshot[];
  readonly payments: readonly PaymentSnapshot[];
  readonly charges: readonly ChargeSnapshot[];
  readonly executions: readonly ExecutionSnapshot[];
  /** What clients were told; empty where nobody wrote it down. */
  readonly answers: readonly ApiAnswer[];
}
