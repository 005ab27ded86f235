import { StatesError } from '../language/states-error.ts';
import type { Failure, StateRun } from './frame.ts';

/** Thrown when a state fails because of its task, a branch or a Fail state, not because of an expression. */
export class StateFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.cause ?? failure.error ?? 'The state failed.');
    this.failure = failure;
  }
}

/** An error as a Catcher and the history see it. */
export function failureOf(error: StateFailed | StatesError, run: StateRun): Failure {
  if (error instanceof StateFailed) {
    return error.failure;
  }
  const place = `An error occurred while executing the state '${run.name}' (entered at the event id #${run.enteredEventId}). `;
  return { error: error.errorName, cause: error.bare ? error.message : place + error.message };
}

/** An error as an event brings it: either half may be missing. */
export function givenFailure({ error, cause }: { readonly error?: string; readonly cause?: string }): Failure {
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

/** Whether an error cannot be caught, because the interpreter itself could not go on. */
export function isFatal(error: StateFailed | StatesError): boolean {
  return error instanceof StatesError && error.errorName === 'States.Runtime';
}

/** `States.DataLimitExceeded`, as AWS words it. `what` is a state, a service or a function's ARN. */
export function payloadTooLarge(what: string): StatesError {
  const cause = `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return new StatesError('States.DataLimitExceeded', cause, { bare: true });
}
