import type { OrderStatus } from './order-status.ts';

/** When a client asked and when it had its answer, in epoch milliseconds of one clock. */
export interface AnswerTime {
  readonly asked_at: number;
  readonly answered_at: number;
}

/** A promise the HTTP API made to a client by an answer it gave. */
export type ApiAnswer = (
  | /** 202 to /orders/place. */
  { readonly kind: 'order-accepted'; readonly order_id: string; readonly idempotency_key?: string }
  /** `data: true` from /payment/pay. */
  | { readonly kind: 'payment-settled'; readonly order_id: string }
  /** 202 to /orders/cancel. */
  | { readonly kind: 'cancellation-accepted'; readonly order_id: string }
  /** A status shown by any answer. */
  | { readonly kind: 'status-told'; readonly order_id: string; readonly status: OrderStatus }
) & {
  /** Absent where nobody looked at the clock. */
  readonly when?: AnswerTime;
};
