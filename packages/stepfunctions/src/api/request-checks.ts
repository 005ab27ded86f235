import type { StateMachineType } from '../journal/state-machine-store.ts';
import { jsonComplaint } from '../language/json-complaint.ts';
import { invalidDefinitionMessage } from '../validation/diagnostic.ts';
import { validateDefinition } from '../validation/validate-definition.ts';
import { ApiError, invalidName } from '../wire/api-error.ts';
import type { ApiContext } from './context.ts';

/** Whitespace, brackets, wildcards, other special characters and control characters. AWS allows the rest of Unicode. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/u;

/**
 * Checks the characters of a state machine's, an execution's or an activity's name. Its length is checked as it is read.
 *
 * @throws {ApiError} InvalidName
 */
export function checkName(name: string): void {
  if (FORBIDDEN.test(name)) {
    throw invalidName(name);
  }
}

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

/**
 * Checks the definition of a state machine. One that the mock file has test cases of may call any service.
 *
 * @throws {ApiError} InvalidDefinition, with every error of the validation
 */
export function checkDefinition(
  { mocks, forwarded }: ApiContext,
  name: string,
  definition: string,
  type: StateMachineType,
): void {
  const any = mocks?.hasMachine(name) ?? false;
  const message = invalidDefinitionMessage(validateDefinition(definition, type, { forwarded, any }));
  if (message !== undefined) {
    throw new ApiError('InvalidDefinition', message);
  }
}
