import * as z from 'zod';

/** One line of a process's log. */
export interface LogLine {
  /** Name of the log file: `api`, `engine`, `dynamodb`, `inventory` or `payment`. */
  readonly process: string;
  /** Milliseconds since the epoch; a line without a time has that of the line before it. */
  readonly at: number;
  readonly text: string;
  /** The fields of a line in JSON; undefined for plain text, such as a stack trace. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

const timeFields = z.union([
  z.looseObject({ time: z.union([z.iso.datetime(), z.number()]) }).transform(({ time }) => time),
  z.looseObject({ timestamp: z.iso.datetime() }).transform(({ timestamp }) => timestamp),
]);

/** Reads one line. @param before time of the line before it */
export function readLogLine(process: string, text: string, before: number): LogLine {
  const fields = text.startsWith('{') ? fieldsOf(text) : undefined;
  const time = timeFields.safeParse(fields);
  return { process, at: time.success ? new Date(time.data).getTime() : before, text, fields };
}

function fieldsOf(text: string): LogLine['fields'] {
  try {
    const parsed: unknown = JSON.parse(text);
    return z.record(z.string(), z.unknown()).safeParse(parsed).data;
  } catch {
    // Two writers cut the line in two, or it is no JSON.
    return undefined;
  }
}

/** The id of the trace that a line belongs to. */
export function traceOf({ fields }: LogLine): string | undefined {
  const { traceparent } = fields ?? {};
  return typeof traceparent === 'string' ? /^00-([0-9a-f]{32})-/.exec(traceparent)?.[1] : undefined;
}

/** Fields that have a place of their own, or say nothing within one order. */
const NOT_REPEATED = new Set([
  'time',
  'timestamp',
  'level',
  'msg',
  'message',
  'service',
  'pid',
  'hostname',
  'order_id',
  'traceparent',
  'request_id',
  'xray_trace_id',
  'function_request_id',
]);

const LEVELS: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

/** A line for people: time, process, level, message, and what else it has. */
export function describeLine({ process, at, text, fields }: LogLine): string {
  const time = new Date(at).toISOString();
  if (fields === undefined) {
    return `${time}  ${process.padEnd(9)}        ${text}`;
  }
  const { level, msg, message = msg } = fields;
  const name = typeof level === 'number' ? (LEVELS[level] ?? String(level)) : String(level ?? '').toLowerCase();
  const others = Object.entries(fields).filter(([key]) => !NOT_REPEATED.has(key));
  const rest = others.map(([key, value]) => `${key}=${shortValue(value)}`).join(' ');
  return `${time}  ${process.padEnd(9)}  ${name.padEnd(5)} ${String(message ?? '')}${rest === '' ? '' : `  ${rest}`}`;
}

const errorFields = z.looseObject({ message: z.string() });

/** Of an error its message; `--json` has the rest. */
function shortValue(value: unknown): string {
  const error = errorFields.safeParse(value);
  if (error.success) {
    return JSON.stringify(error.data.message);
  }
  return typeof value === 'string' && /^\S*$/.test(value) ? value : JSON.stringify(value);
}
