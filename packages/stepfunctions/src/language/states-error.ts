/** The error names that the states language itself raises. */
export type StatesErrorName =
  | 'States.ALL'
  | 'States.BranchFailed'
  | 'States.DataLimitExceeded'
  | 'States.ExceedToleratedFailureThreshold'
  | 'States.HeartbeatTimeout'
  | 'States.Http.Socket'
  | 'States.IntrinsicFailure'
  | 'States.ItemReaderFailed'
  | 'States.NoChoiceMatched'
  | 'States.ParameterPathFailure'
  | 'States.Permissions'
  | 'States.QueryEvaluationError'
  | 'States.ResultPathMatchFailure'
  | 'States.ResultWriterFailed'
  | 'States.Runtime'
  | 'States.TaskFailed'
  | 'States.Timeout';

/**
 * Thrown when evaluating part of a state fails the state. `message` is the cause in AWS's words, without the sentence
 * "An error occurred while executing the state '…' (entered at the event id #…)." that goes before it in a history.
 */
export class StatesError extends Error {
  /** What `Catch`, `Retry` and the history call the error. */
  readonly errorName: StatesErrorName;
  /** The field that was evaluated, as `EvaluationFailed` events report it: `Items`, `Output/total`. JSONata only. */
  readonly location?: string;
  /** AWS writes a few causes without naming the state and event first. */
  readonly bare: boolean;

  constructor(
    errorName: StatesErrorName,
    cause: string,
    details: { readonly location?: string; readonly bare?: boolean; readonly origin?: unknown } = {},
  ) {
    super(cause, details.origin === undefined ? undefined : { cause: details.origin });
    this.name = 'StatesError';
    this.errorName = errorName;
    if (details.location !== undefined) {
      this.location = details.location;
    }
    this.bare = details.bare ?? false;
  }
}
