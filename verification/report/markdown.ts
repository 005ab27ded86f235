import type { CheckedCounts } from '../invariants/invariants.ts';

/** A Markdown table that also reads well as plain text: every column is as wide as its widest cell. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, 3, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** A Markdown list. */
export function bulletList(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

/** A list under a title; nothing where the list is empty. */
export function titledList(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}\n\n${bulletList(lines)}`];
}

/** How many records a check of the invariants covered, such as `looked at 3 orders (1 refunded, 0 abandoned), ...`. */
export function checkedLine(checked: CheckedCounts): string {
  const { orders, refunded, abandoned, items, reservations, payments, charges, executions, answers } = checked;
  return `looked at ${orders} orders (${refunded} refunded, ${abandoned} abandoned), ${items} items, ${reservations} reservations, ${payments} payments, ${charges} charges, ${executions} executions and ${answers} answers`;
}

/** The last line of a report: passed, or each failure. `subject` tells the run apart, such as `(seed 7)`. */
export function resultLine(failures: readonly string[], subject = ''): string {
  const failed = ['Result: FAILED', subject].filter(Boolean).join(' ');
  return failures.length === 0 ? 'Result: passed.' : `${failed}.\n\n${bulletList(failures)}`;
}
