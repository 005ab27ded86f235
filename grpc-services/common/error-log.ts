/** What a log entry says about an error: never its other properties, which may hold rows or requests. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** Causes beyond this depth are left out. */
const DEEPEST_CAUSE = 5;

/** An error and its causes, ready to be logged. */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: 'a value that is no Error was thrown' };
  }
  return {
    type: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth === DEEPEST_CAUSE ? {} : { cause: loggedError(error.cause, depth + 1) }),
  };
}
