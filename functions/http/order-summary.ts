import type * as z from 'zod';
import { once } from '../common/once.ts';
import { orderTable, statisticsTable } from '../environment.ts';
import { COUNTED_MONEY, PARKED_REFUNDS } from '../orders/order-counters.ts';
import { oldestOfStatus } from '../orders/order-listing.ts';
import { readCounters, type StatisticsTable } from '../orders/order-statistics.ts';
import { ORDER_STATUSES } from '../orders/order-status.ts';
import type { OrderTable } from '../orders/order-table.ts';
import { type OverdueOrders, overdueOrders } from '../orders/saga-due-index.ts';
import { orderSummaryOperation, type orderSummarySchema } from './contract/order-summary.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface OrderSummaryDependencies {
  readonly table: OrderTable;
  readonly statistics: StatisticsTable;
}

type OrderSummary = z.infer<typeof orderSummarySchema>;

/** The reconciliation runs each minute. An order that has been due for longer was passed over. */
const OVERDUE_AFTER_MS = 120_000;

/** Makes `GET /orders/summary`: a fixed number of requests to DynamoDB, however many orders there are. */
export function createHandler(dependencies: () => OrderSummaryDependencies): Endpoint {
  return createEndpoint(
    async () => {
      const { table, statistics } = dependencies();
      const [counters, oldestAt, overdue] = await Promise.all([
        readCounters(statistics),
        oldestOfStatus(table, 'NEEDS_ATTENTION'),
        overdueOrders(table, new Date(Date.now() - OVERDUE_AFTER_MS)),
      ]);
      return respond(200, summary(counters, oldestAt, overdue));
    },
    { roles: orderSummaryOperation.roles },
  );
}

function summary(
  counters: Readonly<Record<string, number>>,
  oldestAt: string | undefined,
  overdue: OverdueOrders,
): OrderSummary {
  // The counters follow the orders with a delay, in which one may be below zero for a moment.
  const counter = (name: string): number => Math.max(0, counters[name] ?? 0);
  const currencies = new Set(
    Object.keys(counters).flatMap((name) => COUNTED_MONEY.flatMap((kind) => name.split(`${kind}.`)[1] ?? [])),
  );
  return {
    by_status: Object.fromEntries(
      ORDER_STATUSES.map((status) => [status, counter(`status.${status}`)]),
    ) as OrderSummary['by_status'],
    money: [...currencies].toSorted().map((currency) => ({
      currency,
      authorized: counter(`authorized.${currency}`),
      captured: counter(`captured.${currency}`),
      refunded: counter(`refunded.${currency}`),
    })),
    attention: {
      count: counter('status.NEEDS_ATTENTION'),
      refunds: counter(PARKED_REFUNDS),
      oldest_at: oldestAt,
    },
    overdue: {
      count: overdue.count,
      oldest_at: overdue.oldestAt,
    },
  };
}

/** `GET /orders/summary`. */
export const handler = createHandler(once(() => ({ table: orderTable(), statistics: statisticsTable() })));
