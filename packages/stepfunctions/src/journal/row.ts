import type { SQLOutputValue } from 'node:sqlite';

/** A row as SQLite gives it. */
export type Row = { readonly [column: string]: SQLOutputValue };

function wrongType(row: Row, column: string, wanted: string): TypeError {
  return new TypeError(
    `journal: column ${column} holds ${row[column] === null ? 'null' : typeof row[column]}, not ${wanted}`,
  );
}

/** A text column that is never null. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') {
    throw wrongType(row, column, 'text');
  }
  return value;
}

/** A text column that may be null. */
export function textOrNothing(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

/** An integer column that is never null. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') {
    throw wrongType(row, column, 'an integer');
  }
  return value;
}

/** An integer column that may be null. */
export function integerOrNothing(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integerOf(row, column);
}
