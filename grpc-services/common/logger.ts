import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Levels that LOG_LEVEL may name. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Writes JSON lines to standard output, or to `destination`. No caller logs a whole request or row: each log line lists its
 * fields, so that a payment method cannot slip in.
 */
export function createLogger(service: string, level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => loggedError(error) },
  };
  return pino(options, destination ?? standardOutput());
}

/** Lines that a full disk does not take wait in memory up to this size, in bytes. Later ones are lost. */
const MAX_WAITING = 1_048_576;

/** A log that cannot be written, on a full disk or to a closed pipe, must not end the service. */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: MAX_WAITING });
  output.on('error', () => undefined);
  return output;
}

/** The logged part of an error. Its other properties are left out, because they may hold rows or requests. */
interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** Causes beyond this depth are left out. */
const DEEPEST_CAUSE = 5;

function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: 'a value that is not an Error was thrown' };
  }
  return {
    type: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth === DEEPEST_CAUSE ? {} : { cause: loggedError(error.cause, depth + 1) }),
  };
}
