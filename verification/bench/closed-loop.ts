import { type Percentiles, percentilesOf } from '../load/report/statistics.ts';

/** The throughput of a closed loop. */
export interface Throughput {
  readonly concurrency: number;
  readonly orders: number;
  readonly seconds: number;
  readonly orders_per_second: number;
  /** From before an order's first call until its end was seen. */
  readonly order_ms: Percentiles | null;
}

/** Takes one order from nothing to its end. */
export type OrderRun = () => Promise<void>;

/**
 * Keeps a number of orders under way for some seconds, and counts those that end. A new one starts whenever one has
 * ended. Resolves when the last one has ended, too.
 *
 * @throws the error of the first order that fails
 */
export async function closedLoop(run: OrderRun, concurrency: number, seconds: number): Promise<Throughput> {
  const started = performance.now();
  const until = started + seconds * 1000;
  const durations: number[] = [];
  const customer = async (): Promise<void> => {
    for (let begun = performance.now(); begun < until; begun = performance.now()) {
      await run();
      const ended = performance.now();
      if (ended <= until) {
        durations.push(ended - begun);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, customer));
  return {
    concurrency,
    orders: durations.length,
    seconds,
    orders_per_second: Math.round((durations.length / seconds) * 10) / 10,
    order_ms: percentilesOf(durations) ?? null,
  };
}

/**
 * Doubles the number of orders under way until that gains less than 5 % twice in a row.
 *
 * @returns one measurement for each step
 */
export async function stepUp(
  run: OrderRun,
  seconds: number,
  say: (line: string) => void,
): Promise<readonly Throughput[]> {
  const steps: Throughput[] = [];
  let best = 0;
  let inVain = 0;
  for (let concurrency = 1; concurrency <= 128 && inVain < 2; concurrency *= 2) {
    const step = await closedLoop(run, concurrency, seconds);
    say(`  ${concurrency} at once: ${step.orders_per_second} orders/s`);
    steps.push(step);
    inVain = step.orders_per_second > best * 1.05 ? 0 : inVain + 1;
    best = Math.max(best, step.orders_per_second);
  }
  return steps;
}

/** The lowest concurrency that reaches at least 95 % of the best throughput. */
export function bestConcurrency(steps: readonly Throughput[]): number {
  const most = Math.max(...steps.map(({ orders_per_second }) => orders_per_second));
  return steps.find(({ orders_per_second }) => orders_per_second >= most * 0.95)?.concurrency ?? 1;
}
