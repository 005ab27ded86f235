import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type LogLine, readLogLine, traceOf } from './log-line.ts';

/** Picks the lines of one order out of the logs of all processes. */
export interface OrderLines {
  /** The lines so far, in order of time. */
  readonly all: () => readonly LogLine[];
  /** The lines that were added since the last call of either method, in order of time. */
  readonly added: () => readonly LogLine[];
}

/**
 * The lines of an order: those that name it, and those of the same traces that name no other order.
 *
 * @param folder the logs of a stack, with the older part of each in `.log.1`
 */
export function orderLines(folder: string, orderId: string): OrderLines {
  const traces = new Set<string>();
  const offsets = new Map<string, number>();
  const pick = (lines: readonly LogLine[]): readonly LogLine[] => {
    for (const line of lines) {
      const trace = traceOf(line);
      if (trace !== undefined && line.text.includes(orderId)) {
        traces.add(trace);
      }
    }
    return lines.filter((line) => isOf(line, orderId, traces)).toSorted((one, other) => one.at - other.at);
  };
  return {
    all: () => pick(logFiles(folder).flatMap((file) => [...olderLines(file), ...newLines(file, offsets)])),
    added: () => pick(logFiles(folder).flatMap((file) => newLines(file, offsets))),
  };
}

function isOf(line: LogLine, orderId: string, traces: ReadonlySet<string>): boolean {
  const trace = traceOf(line);
  const named = line.fields?.order_id;
  return line.text.includes(orderId) || (trace !== undefined && traces.has(trace) && named === undefined);
}

function logFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .toSorted()
    .map((name) => join(folder, name));
}

function olderLines(file: string): readonly LogLine[] {
  const older = `${file}.1`;
  return existsSync(older) ? linesOf(file, readFileSync(older, 'utf8')) : [];
}

/** Whole lines behind the offset. A file that was rotated meanwhile is read from its start. */
function newLines(file: string, offsets: Map<string, number>): readonly LogLine[] {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const before = offsets.get(file) ?? 0;
    const from = before > size ? 0 : before;
    const bytes = Buffer.alloc(size - from);
    const read = readSync(descriptor, bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, read).lastIndexOf('\n') + 1;
    offsets.set(file, from + end);
    return linesOf(file, bytes.subarray(0, end).toString('utf8'));
  } finally {
    closeSync(descriptor);
  }
}

function linesOf(file: string, text: string): readonly LogLine[] {
  const process = basename(file, '.log');
  let at = 0;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const read = readLogLine(process, line, at);
      at = read.at;
      return read;
    });
}
