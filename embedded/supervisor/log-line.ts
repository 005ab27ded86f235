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

/** An error, or its name alone. A line with anything else there is shown without it. */
const failure = z
  .union([z.object({ message: z.string() }), z.string().transform((message) => ({ message }))])
  .optional()
  .catch(undefined);

const lineSchema = z.object({
  level: z.union([z.number(), z.string().transform((name) => LEVEL_NAMES[name.toUpperCase()] ?? 0)]),
  msg: z.string().optional(),
  message: z.string().optional(),
  order_id: z.string().optional(),
  err: failure,
  error: failure,
});

/**
 * What the terminal shows of one log line. It shows warnings and errors of structured logs (levels as pino's numbers or
 * Powertools' names), and plain lines that announce a failure. Undefined for all other lines, which stay in the file.
 *
 * @example
 * noteworthy('{"level":50,"msg":"write failed","err":{"message":"disk full"}}'); // 'error: write failed: disk full'
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
    // Two writers cut the line in two. It stays in the file; no level can be read from it.
    return undefined;
  }
}
