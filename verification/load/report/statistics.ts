import type { OrderStatus } from '../../../functions/orders/order-status.ts';
import { classify, type ExchangeClass } from '../../answers/classification.ts';
import type { Exchange } from '../../answers/exchange.ts';
import { isFinished, type OrderSnapshot } from '../../invariants/snapshot.ts';

/** How long things took, in milliseconds, by nearest rank. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The percentiles of durations; undefined where there are none. */
export function percentilesOf(durations: readonly number[]): Percentiles | undefined {
  const sorted = durations.toSorted((a, b) => a - b);
  const max = sorted.at(-1);
  if (max === undefined) {
    return undefined;
  }
  const rank = (percent: number) => Math.round(sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? max);
  return { count: sorted.length, p50: rank(50), p95: rank(95), p99: rank(99), max: Math.round(max) };
}

/** The middle value, or the mean of the two in the middle; NaN where there are none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The time from an order's acceptance to its last timeline entry, in epoch milliseconds. */
export interface SagaSpan {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly accepted_ms: number;
  /** Absent while the order is open. */
  readonly ended_ms?: number;
  /** Whether the customer had to act first; the span then says nothing about the system. */
  readonly waited_for_customer: boolean;
}

/** The span of an order's saga, from the order's record. */
export function sagaSpanOf({ order_id, status, created_at, payment_method, timeline }: OrderSnapshot): SagaSpan {
  const last = timeline.at(-1);
  const ended = last !== undefined && (isFinished(status) || status === 'NEEDS_ATTENTION');
  return {
    order_id,
    status,
    accepted_ms: Date.parse(created_at),
    ...(ended ? { ended_ms: Date.parse(last.at) } : {}),
    waited_for_customer: payment_method === undefined,
  };
}

/** How long the answers of one class took. */
export function answerTimes(exchanges: readonly Exchange[], wanted: ExchangeClass): Percentiles | undefined {
  return percentilesOf(
    exchanges.filter((exchange) => classify(exchange) === wanted).map(({ elapsed_ms }) => elapsed_ms),
  );
}

/** How long the ended sagas took, without sagas that waited for their customer. */
export function sagaTimes(spans: readonly SagaSpan[]): Percentiles | undefined {
  const prompt = spans.filter(({ waited_for_customer }) => !waited_for_customer);
  return percentilesOf(
    prompt.flatMap(({ accepted_ms, ended_ms }) => (ended_ms === undefined ? [] : [ended_ms - accepted_ms])),
  );
}

/** How often each value occurs. */
export function tally<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
