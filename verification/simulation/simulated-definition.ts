import { parseDefinition, type StateMachineDefinition } from 'resilient-stepfunctions/core';

/**
 * Prepares a saga for the simulation, which knows functions by name: `${NameFunctionArn}` becomes `Name`.
 *
 * @param text the saga as JSON, or a version that a test has broken
 */
export function parseSimulatedSaga(text: string): StateMachineDefinition {
  return parseDefinition(text.replaceAll(/\$\{(\w+?)(?:FunctionArn)?\}/g, '$1'));
}
