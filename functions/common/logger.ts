import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes as PowertoolsAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { once } from './once.ts';

/** What a log line may carry beside its message. */
export type LogAttributes = Readonly<Record<string, unknown>>;

/** The log of one invocation: every line carries its keys. */
export interface Log {
  readonly info: (message: string, attributes?: LogAttributes) => void;
  readonly warn: (message: string, attributes?: LogAttributes) => void;
  readonly error: (message: string, attributes?: LogAttributes) => void;
  /** Adds keys to all later lines. */
  readonly add: (keys: LogAttributes) => void;
  /** A separate log with these keys in addition. */
  readonly with: (keys: LogAttributes) => Log;
}

export type { Logger };

/** Longest chain of causes that is logged; an error may be its own cause. */
const MAX_CAUSES = 8;

/** A constant such as `ORDER_NOT_FOUND` or `ECONNREFUSED`. */
const CODE = /^[A-Z][A-Z0-9_]*$/;

/**
 * Writes the lines of the log. Of an error it writes name, message, stack, code and causes, and no other member. The error
 * of a failed condition holds the whole order, with its task token and its payment.
 */
export class RedactingLogFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: PowertoolsAttributes): LogItem {
    const { logLevel, message, timestamp, serviceName, xRayTraceId, lambdaContext } = attributes;
    const base = {
      level: logLevel,
      message,
      timestamp: this.formatTimestamp(timestamp),
      service: serviceName,
      function_request_id: lambdaContext?.awsRequestId,
      xray_trace_id: xRayTraceId,
    };
    return new LogItem({ attributes: base }).addAttributes(additional);
  }

  override formatError(error: Error): PowertoolsAttributes {
    return describeError(error, MAX_CAUSES);
  }
}

function describeError(error: Error, maxCauses: number): PowertoolsAttributes {
  const { name, message, stack, cause } = error;
  const code: unknown = Reflect.get(error, 'code');
  return {
    name,
    message,
    stack,
    ...((Number.isInteger(code) || (typeof code === 'string' && CODE.test(code))) && { code }),
    ...(cause !== undefined && maxCauses > 0 && { cause: describeCause(cause, maxCauses - 1) }),
    ...(error instanceof AggregateError && { errors: error.errors.map((each) => describeCause(each, 0)) }),
  };
}

/** Anything can be thrown. Of a value that is neither an error nor a string, only the type is logged. */
function describeCause(cause: unknown, maxCauses: number): PowertoolsAttributes | string {
  if (cause instanceof Error) {
    return describeError(cause, maxCauses);
  }
  return typeof cause === 'string' ? cause : `(${typeof cause})`;
}

/** The process's logger: JSON lines, level from LOG_LEVEL (or POWERTOOLS_LOG_LEVEL). */
export const rootLogger = once(() => new Logger({ serviceName: 'orders', logFormatter: new RedactingLogFormatter() }));

/**
 * A log that puts the keys on every line. Invocations overlap in one process, so the keys are never added to the logger
 * itself. A child logger of Powertools costs more than all the lines of an invocation.
 */
export function logWith(logger: Logger, keys: LogAttributes): Log {
  let all = keys;
  return {
    info: (message, attributes) => logger.info(message, { ...all, ...attributes }),
    warn: (message, attributes) => logger.warn(message, { ...all, ...attributes }),
    error: (message, attributes) => logger.error(message, { ...all, ...attributes }),
    add: (further) => {
      all = { ...all, ...further };
    },
    with: (further) => logWith(logger, { ...all, ...further }),
  };
}

/** What was thrown, as an error; anything can be thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('something that is not an error was thrown', { cause: thrown });
}
