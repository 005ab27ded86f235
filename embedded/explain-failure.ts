import { ConfigurationError } from './configuration.ts';
import { diskMend, diskReason, isDiskProblem, saysDiskIsFull } from './disk-problems.ts';

/** Why the stack did not start, or not stop in order: one sentence where a person can act on it, otherwise the stack trace. */
export function explainFailure(error: unknown): string {
  if (error instanceof ConfigurationError) {
    return error.message;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (saysDiskIsFull(message)) {
    return `The disk of the data folder is full: ${message}. Free some space, then start again.`;
  }
  if (isDiskProblem(error)) {
    return `${message}: ${diskReason(error)}. ${diskMend(error)}`;
  }
  if (!(error instanceof Error)) {
    return message;
  }
  const cause = error.cause === undefined ? '' : `\n  caused by ${explainFailure(error.cause)}`;
  return `${error.name === 'ProcessStartError' ? message : (error.stack ?? message)}${cause}`;
}
