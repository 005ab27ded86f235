import { drawChart } from '../load/report/chart.ts';
import { textTable } from '../report/markdown.ts';
import { type SaleResult, simulateSale } from './simulate-sale.ts';

/** What the figures are made with. */
export interface FlashSaleRun {
  readonly seed: number;
  /** Virtual seconds of each sale. */
  readonly seconds: number;
}

/** The run that `docs/flash-sale.md` shows. */
export const PUBLISHED_RUN: FlashSaleRun = { seed: 1, seconds: 5 };

const SHARDS = [1, 2, 4, 8, 16, 32, 64] as const;
/** Two guesses, as DynamoDB documents no number. */
const TRANSACTIONS_MS = [8, 20] as const;
const MOST_CALLS_PER_SECOND = 4_000;
/** A sale is sustained as long as no more than this share of its calls fails. */
const FAILED_SHARE = 0.01;
/** Near enough to the highest rate. */
const PRECISION = 0.01;

/** The fastest sale that an item sustains. */
export interface SustainedSale {
  readonly shards: number;
  readonly transactionMs: number;
  readonly result: SaleResult;
}

/** The fastest sustained sale by number of shards and length of a transaction. */
export function sustainedSales(run: FlashSaleRun): readonly SustainedSale[] {
  return TRANSACTIONS_MS.flatMap((transactionMs) =>
    SHARDS.map((shards) => ({ shards, transactionMs, result: fastestSale(shards, transactionMs, run) })),
  );
}

function fastestSale(shards: number, transactionMs: number, { seed, seconds }: FlashSaleRun): SaleResult {
  const at = (callsPerSecond: number): SaleResult =>
    simulateSale({ shards, callsPerSecond, seconds, transactionMs, seed });
  let [low, high] = [1, MOST_CALLS_PER_SECOND];
  let fastest = at(low);
  while (high - low > Math.max(1, low * PRECISION)) {
    const middle = Math.round((low + high) / 2);
    const result = at(middle);
    if (result.failedShare <= FAILED_SHARE) {
      [low, fastest] = [middle, result];
    } else {
      high = middle;
    }
  }
  return fastest;
}

/** The sales as a table in Markdown. */
export function salesTable(sales: readonly SustainedSale[]): string {
  const [quick = 0, slow = 0] = TRANSACTIONS_MS;
  const head = [
    'rows',
    `reservations/s, ${quick} ms`,
    `reservations/s, ${slow} ms`,
    'conflicts each',
    'p99 ms',
    "item row's reads",
    "hottest row's writes",
  ];
  const rows = SHARDS.map((shards) => {
    const [first, second] = [quick, slow].map((ms) => saleOf(sales, shards, ms));
    return [
      String(shards),
      perSecond(first),
      perSecond(second),
      (first?.conflictsPerReservation ?? 0).toFixed(1),
      Math.round(first?.p99Ms ?? 0).toString(),
      percent(first?.itemReadShare ?? 0),
      percent(first?.rowWriteShare ?? 0),
    ];
  });
  return textTable(head, rows);
}

function saleOf(sales: readonly SustainedSale[], shards: number, ms: number): SaleResult | undefined {
  return sales.find((sale) => sale.shards === shards && sale.transactionMs === ms)?.result;
}

function perSecond(result: SaleResult | undefined): string {
  return Math.round(result?.reservationsPerSecond ?? 0).toLocaleString('en');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** The sales as a chart in SVG. */
export function salesChart(sales: readonly SustainedSale[]): string {
  const colours = ['#1f6feb', '#b35900'];
  return drawChart({
    title: 'Reservations of one item by the rows that its stock is spread over (simulation)',
    x_label: 'rows',
    x: SHARDS,
    bands: [],
    panels: [
      {
        title: 'sustained reservations/s, by the time that a transaction keeps its rows',
        lines: TRANSACTIONS_MS.map((ms, index) => ({
          label: `${ms} ms`,
          colour: colours[index] ?? '#000000',
          values: SHARDS.map((shards) => saleOf(sales, shards, ms)?.reservationsPerSecond),
        })),
      },
      {
        title: "share of the read units of the item's own row",
        lines: TRANSACTIONS_MS.map((ms, index) => ({
          label: `${ms} ms`,
          colour: colours[index] ?? '#000000',
          values: SHARDS.map((shards) => saleOf(sales, shards, ms)?.itemReadShare),
        })),
      },
    ],
  });
}
