import { jsonComplaint } from '../language/json-complaint.ts';
import { ApiError } from '../wire/api-error.ts';

/** Of an execution's input, of every result and every output: bytes of UTF-8. */
export const PAYLOAD_LIMIT_BYTES = 262_144;

/**
 * Checks the input of a new execution.
 *
 * @throws {ApiError} InvalidExecutionInput
 */
export const checkExecutionInput = (input: string): void => {
  const complaint = input === '' ? 'Invalid execution input.' : jsonComplaint(input);
  if (complaint !== undefined) {
    throw new ApiError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${complaint}'`);
  }
};
