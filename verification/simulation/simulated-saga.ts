import { parseDefinition, type StateMachineDefinition } from 'resilient-stepfunctions/core';

/**
 * The order saga as the simulation runs it: each `${NameFunctionArn}` becomes `Name`, which is how the simulation knows its
 * functions.
 *
 * @param text the order saga as JSON, or of a version that was broken on purpose.
 */
export function simulatedSaga(text: string): StateMachineDefinition {
  return parseDefinition(text.replaceAll(/\$\{(\w+?)(?:FunctionArn)?\}/g, '$1'));
}
