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
 * Thrown when an evaluation fails its state. `message` is AWS's cause without the sentence that precedes it in a
 * history: "An error occurred while executing the state '…' (entered at the event id #…)."
 */
export class StatesError extends Error {
  /** What `Catch`, `Retry` and the history call the error. */
  readonly errorName: StatesErrorName;
  /** The field that was evaluated, as `EvaluationFailed` events report it: `Items`, `Output/total`. JSONata only. */
  readonly location?: string;
  /** Whether the cause stands without that sentence, as a few of AWS's causes do. */
  readonly bare: boolean;
  /** Whether the field was evaluated and its value is the fault: `EvaluationFailed` then follows the state's entry. */
  readonly ofValue: boolean;

  constructor(
    errorName: StatesErrorName,
    cause: string,
    details: {
      readonly location?: string;
      readonly bare?: boolean;
      readonly ofValue?: boolean;
      readonly origin?: unknown;
    } = {},
  ) {
    super(cause, details.origin === undefined ? undefined : { cause: details.origin });
    this.name = 'StatesError';
    this.errorName = errorName;
    if (details.location !== undefined) {
      this.location = details.location;
    }
    this.bare = details.bare ?? false;
    this.ofValue = details.ofValue ?? false;
  }
}
