import type { MetricValue } from '../../telemetry/metric.ts';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { PARKED_REFUNDS } from './order-counters.ts';
import { oldestOfStatus } from './order-listing.ts';
import { readCounters, type StatisticsTable } from './order-statistics.ts';
import type { OrderTable } from './order-table.ts';

/** Dependencies of the gauges. */
export interface GaugeDependencies {
  readonly table: OrderTable;
  readonly statistics: StatisticsTable;
  readonly inventory: Pick<InventoryClient, 'listHolds'>;
}

/** The ages into which held stock is sorted, in milliseconds, youngest first. */
const AGES = [
  ['up_to_15m', 900_000],
  ['up_to_1h', 3_600_000],
  ['up_to_1d', 86_400_000],
  ['over_1d', Number.POSITIVE_INFINITY],
] as const;

const HOLDS_PAGE_SIZE = 100;
/** More holds are not counted: one reading takes 50 calls of the Inventory service at most. */
const MAX_HOLD_PAGES = 50;

/**
 * What waits for an operator, and what is held, at the moment.
 *
 * @throws RetryableError where a table or the Inventory service does not reply
 */
export async function currentGauges(
  { table, statistics, inventory }: GaugeDependencies,
  now: Date,
): Promise<readonly MetricValue[]> {
  const [counters, oldestAt, held] = await Promise.all([
    readCounters(statistics),
    oldestOfStatus(table, 'NEEDS_ATTENTION'),
    heldByAge(inventory, now),
  ]);
  // The counters follow the orders with a delay, in which one may be below zero for a moment.
  const counter = (name: string): number => Math.max(0, counters[name] ?? 0);
  const oldestMs = oldestAt === undefined ? 0 : now.getTime() - new Date(oldestAt).getTime();
  return [
    { name: 'OrdersParked', value: counter('status.NEEDS_ATTENTION') },
    { name: 'OldestParkedOrderAge', value: Math.max(0, Math.round(oldestMs / 1_000)) },
    { name: 'RefundsParked', value: counter(PARKED_REFUNDS) },
    ...AGES.map(([label]): MetricValue => ({ name: 'StockHeld', label, value: held.get(label) ?? 0 })),
  ];
}

async function heldByAge(inventory: GaugeDependencies['inventory'], now: Date): Promise<ReadonlyMap<string, number>> {
  const pieces = new Map<string, number>();
  let pageToken = '';
  for (let page = 0; page < MAX_HOLD_PAGES; page += 1) {
    const { reservations, nextPageToken } = await inventory.listHolds({ pageSize: HOLDS_PAGE_SIZE, pageToken }, {});
    for (const { createdAt, lines } of reservations) {
      const ageMs = now.getTime() - (createdAt ?? now).getTime();
      const [label] = AGES.find(([, longest]) => ageMs <= longest) ?? AGES[3];
      const count = lines.reduce((sum, line) => sum + line.count, 0);
      pieces.set(label, (pieces.get(label) ?? 0) + count);
    }
    pageToken = nextPageToken;
    if (pageToken === '') {
      break;
    }
  }
  return pieces;
}
