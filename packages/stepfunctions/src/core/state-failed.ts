import { StatesError } from '../language/states-error.ts';
import type { Failure, StateRun } from './frame.ts';

/** Thrown where a state fails for a reason that no expression has: its task, a branch or a Fail state failed. */
export class StateFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.cause ?? failure.error ?? 'The state failed.');
    this.failure = failure;
  }
}

/** What a Catcher and the history get to know of an error. */
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

/** Whether nothing can catch an error: the interpreter itself could not go on. */
export function isFatal(error: StateFailed | StatesError): boolean {
  return error instanceof StatesError && error.errorName === 'States.Runtime';
}

/** `States.DataLimitExceeded`, as AWS words it. `what` is a state, a service or a function's ARN. */
export function payloadTooLarge(what: string): StatesError {
  const cause = `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return new StatesError('States.DataLimitExceeded', cause, { bare: true });
}
