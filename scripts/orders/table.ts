import { amountText } from '../../functions/common/money.ts';

/** A table of text for a terminal: left-aligned columns under a line of titles. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one line each; those without a value are left out. */
export function properties(pairs: readonly (readonly [string, string | undefined])[]): string {
  const given = pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** Money as people write it; empty where there is no amount. */
export function money(minorUnits: number | undefined, currency: string | undefined): string {
  return minorUnits === undefined ? '' : amountText(minorUnits, currency);
}

/** A time of the API in seconds, as the terminal shows it: `2026-11-28 12:00:00`. */
export function time(iso: string | undefined): string {
  return iso === undefined ? '' : iso.slice(0, 19).replace('T', ' ');
}

/** Text of one line that fits into a column. */
export function short(text: string | undefined, length: number): string {
  const line = (text ?? '').replace(/\s+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
