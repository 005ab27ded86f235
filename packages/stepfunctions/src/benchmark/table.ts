/** One figure: what was measured and what came out. */
export interface Row {
  readonly what: string;
  readonly figure: string;
}

/** Rows as Markdown. */
export function tableOf(rows: readonly Row[]): string {
  return rows.map(({ what, figure }) => `| ${what} | ${figure} |`).join('\n');
}

/** The value below which a share of the sorted values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds with two decimals. */
export function inMs(value: number): string {
  return `${value.toFixed(2)} ms`;
}

/** A whole number with separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** 50th and 99th percentile and the greatest of durations in milliseconds. */
export function spread(values: readonly number[]): string {
  return `p50 ${inMs(percentile(values, 0.5))}, p99 ${inMs(percentile(values, 0.99))}, max ${inMs(Math.max(...values))}`;
}
