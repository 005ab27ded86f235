import { jsonComplaint } from '../language/json-complaint.ts';
import { ApiError } from '../wire/api-error.ts';

/**
 * Checks the input of a new execution.
 *
 * @throws {ApiError} InvalidExecutionInput
 */
export function checkExecutionInput(input: string): void {
  const complaint = input === '' ? 'Invalid execution input.' : jsonComplaint(input);
  if (complaint !== undefined) {
    throw new ApiError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${complaint}'`);
  }
}
