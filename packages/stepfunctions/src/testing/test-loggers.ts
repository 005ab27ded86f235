import type { EngineLogger } from '../options.ts';

function ignore(): void {
  // Nothing is kept.
}

/** A logger that drops everything. */
export const SILENT_LOGGER: EngineLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A logger that collects the messages of errors and drops the rest. */
export interface ErrorLog {
  readonly logger: EngineLogger;
  readonly errors: string[];
}

/** Starts an empty {@link ErrorLog}. */
export function errorLog(): ErrorLog {
  const errors: string[] = [];
  return { logger: { ...SILENT_LOGGER, error: (_fields, message) => errors.push(message) }, errors };
}
