import * as z from 'zod';

const LEVEL_NAMES: Readonly<Record<string, number>> = {
  TRACE: 10,
  DEBUG: 20,
  INFO: 30,
  WARN: 40,
  WARNING: 40,
  ERROR: 50,
  CRITICAL: 60,
  FATAL: 60,
};
const WARN = 40;

const lineSchema = z.object({
  level: z.union([z.number(), z.string().transform((name) => LEVEL_NAMES[name.toUpperCase()] ?? 0)]),
  msg: z.string().optional(),
  message: z.string().optional(),
  order_id: z.string().optional(),
  err: z.object({ message: z.string() }).optional(),
  error: z.object({ message: z.string() }).optional(),
});

/**
 * What of one log line belongs in front of a person: warnings and errors of the structured logs (pino's numbers and
 * Powertools' names), and plain lines that announce a failure. Undefined for everything else, which stays in the file.
 */
export function noteworthy(line: string): string | undefined {
  if (!line.startsWith('{')) {
    return /^(\S*Error\b|Uncaught|FATAL|thread '.*' panicked)/i.test(line) ? line : undefined;
  }
  const parsed = lineSchema.safeParse(parseJson(line)).data;
  if (parsed === undefined || parsed.level < WARN) {
    return undefined;
  }
  const cause = parsed.err?.message ?? parsed.error?.message;
  return [
    parsed.level > WARN ? 'error' : 'warning',
    parsed.order_id === undefined ? undefined : `order ${parsed.order_id}`,
    parsed.msg ?? parsed.message,
    cause,
  ]
    .filter((part) => part !== undefined)
    .join(': ');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line cut in two by two writers: it is in the file, and no warning can be read from it.
    return undefined;
  }
}
