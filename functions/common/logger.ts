import { Logger } from '@aws-lambda-powertools/logger';
import { once } from './once.ts';

/** What every line of an invocation's log carries. */
export interface LogKeys {
  readonly order_id?: string;
  readonly traceparent?: string;
  readonly request_id?: string;
  readonly task?: string;
}

export type { Logger };

/**
 * The process's logger: JSON lines, level from LOG_LEVEL (or POWERTOOLS_LOG_LEVEL). Invocations may overlap in one
 * process, so keys are never added to it; {@link loggerFor} gives each invocation one of its own.
 */
export const rootLogger = once(() => new Logger({ serviceName: 'orders' }));

/** A logger that puts the keys on every line. */
export function loggerFor(parent: Logger, keys: LogKeys): Logger {
  return parent.createChild({ persistentKeys: { ...keys } });
}
