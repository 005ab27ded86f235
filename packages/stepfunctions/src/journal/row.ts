import type { SQLOutputValue } from 'node:sqlite';

/** A row as SQLite gives it. */
export type Row = { readonly [column: string]: SQLOutputValue };

const wrongType = (row: Row, column: string, wanted: string): TypeError =>
  new TypeError(`journal: column ${column} holds ${row[column] === null ? 'null' : typeof row[column]}, not ${wanted}`);

/** A text column that is never null. */
export const textOf = (row: Row, column: string): string => {
  const value = row[column];
  if (typeof value !== 'string') throw wrongType(row, column, 'text');
  return value;
};

/** A text column that may be null. */
export const textOrNothing = (row: Row, column: string): string | undefined =>
  row[column] === null ? undefined : textOf(row, column);

/** An integer column that is never null. */
export const integerOf = (row: Row, column: string): number => {
  const value = row[column];
  if (typeof value !== 'number') throw wrongType(row, column, 'an integer');
  return value;
};

/** An integer column that may be null. */
export const integerOrNothing = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : integerOf(row, column);
