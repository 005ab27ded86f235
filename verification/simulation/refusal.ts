import { SFNServiceException } from '@aws-sdk/client-sfn';
import { TerminalError } from '../../functions/common/errors.ts';
import { ConditionalCheckFailed, InvalidUpdate } from './model-orders.ts';

/** A service's terminal "no"; the name is what the saga's Catch branches see. */
export class Refusal extends Error {
  override readonly name: string;
  constructor(errorName: string, message: string) {
    super(message);
    this.name = errorName;
  }
}

/** Whether an error is an answer of what was called, and not a mistake in the simulation. */
export function isAnswer(error: unknown): error is Error {
  return (
    error instanceof Refusal ||
    error instanceof TerminalError ||
    error instanceof SFNServiceException ||
    error instanceof ConditionalCheckFailed ||
    error instanceof InvalidUpdate
  );
}
