import type { StateMachineType } from '../journal/state-machine-store.ts';
import { invalidDefinitionMessage } from '../validation/diagnostic.ts';
import { validateDefinition } from '../validation/validate-definition.ts';
import { ApiError } from '../wire/api-error.ts';

/**
 * Checks a definition before a state machine gets it.
 *
 * @throws {ApiError} InvalidDefinition with every finding that is an error
 */
export function checkDefinition(definition: string, type: StateMachineType): void {
  const message = invalidDefinitionMessage(validateDefinition(definition, type));
  if (message !== undefined) {
    throw new ApiError('InvalidDefinition', message);
  }
}
