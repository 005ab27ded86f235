/** How long things took, in milliseconds, by nearest rank. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The percentiles of some durations; undefined of none. */
export function percentilesOf(durations: readonly number[]): Percentiles | undefined {
  const sorted = durations.toSorted((a, b) => a - b);
  const max = sorted.at(-1);
  if (max === undefined) {
    return undefined;
  }
  const rank = (percent: number) => Math.round(sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? max);
  return { count: sorted.length, p50: rank(50), p95: rank(95), p99: rank(99), max: Math.round(max) };
}
