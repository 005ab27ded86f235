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
  /** What was logged with the message at the same index. */
  readonly fields: object[];
}

/** Starts an empty {@link ErrorLog}. */
export function errorLog(): ErrorLog {
  const errors: string[] = [];
  const fields: object[] = [];
  const error: EngineLogger['error'] = (of, message) => {
    errors.push(message);
    fields.push(of);
  };
  return { logger: { ...SILENT_LOGGER, error }, errors, fields };
}
