import { Logger } from '@aws-lambda-powertools/logger';
import { ReticentLogFormatter } from './log-formatter.ts';
import { once } from './once.ts';

/** What a line of the log may carry beside its message. */
export type LogAttributes = Readonly<Record<string, unknown>>;

/** The log of one invocation: every line carries its keys. */
export interface Log {
  readonly info: (message: string, attributes?: LogAttributes) => void;
  readonly warn: (message: string, attributes?: LogAttributes) => void;
  readonly error: (message: string, attributes?: LogAttributes) => void;
  /** Puts further keys on all lines from now on. */
  readonly add: (keys: LogAttributes) => void;
  /** A log of its own with these keys and further ones. */
  readonly with: (keys: LogAttributes) => Log;
}

export type { Logger };

/** The process's logger: JSON lines, level from LOG_LEVEL (or POWERTOOLS_LOG_LEVEL). */
export const rootLogger = once(() => new Logger({ serviceName: 'orders', logFormatter: new ReticentLogFormatter() }));

/**
 * A log that puts the keys on every line. Invocations overlap in one process, so keys are never added to the logger
 * itself; and its own children cost more to make than all the lines of an invocation to write.
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
