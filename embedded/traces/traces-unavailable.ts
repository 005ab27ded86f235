/** Why there is no trace of an order: the stack keeps none, the order's was pushed out, or none has arrived. */
export type TracesUnavailableCode = 'TRACES_OFF' | 'TRACE_PUSHED_OUT' | 'TRACE_NOT_FOUND';

/** Thrown where there is no trace to show. The message is for a person, and says what to do. */
export class TracesUnavailableError extends Error {
  override readonly name = 'TracesUnavailableError';
  readonly code: TracesUnavailableCode;

  constructor(code: TracesUnavailableCode, message: string) {
    super(message);
    this.code = code;
  }
}
