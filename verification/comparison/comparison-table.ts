/** What a peer's column says in a row: a figure, or why there is none. */
export type Cell = string;

/** One peer's figures, by the names of the rows. */
export interface Column {
  readonly peer: string;
  readonly cells: Readonly<Record<string, Cell>>;
}

/** The columns beside each other as Markdown. Rows stand in the order in which the first column has them. */
export function comparisonTable(columns: readonly Column[]): string {
  const rows = [...new Set(columns.flatMap(({ cells }) => Object.keys(cells)))];
  const lines = [
    ['', ...columns.map(({ peer }) => peer)],
    ['---', ...columns.map(() => '---')],
    ...rows.map((row) => [row, ...columns.map(({ cells }) => cells[row] ?? '')]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
