/** One figure: what was measured and what came out. */
export interface Row {
  readonly what: string;
  readonly figure: string;
}

/** Rows as Markdown. */
export const tableOf = (rows: readonly Row[]): string =>
  rows.map(({ what, figure }) => `| ${what} | ${figure} |`).join('\n');

/** The value below which a share of the sorted values lies. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

/** Milliseconds with two digits behind the point. */
export const ms = (value: number): string => `${value.toFixed(2)} ms`;

/** A whole number with separators. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** 50th and 99th percentile and the greatest of durations in milliseconds. */
export const spread = (values: readonly number[]): string =>
  `p50 ${ms(percentile(values, 0.5))}, p99 ${ms(percentile(values, 0.99))}, max ${ms(Math.max(...values))}`;
