import type { StateMachineType } from '../language/definition.ts';
import { validateDefinition } from '../validation/validate-definition.ts';

/** A state that ends its machine. */
export const end = { End: true };
export const pass = { Type: 'Pass', ...end };
export const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:f';
export const task = { Type: 'Task', Resource: LAMBDA, ...end };
export const inner = { StartAt: 'I', States: { I: pass } };
export const map = { Type: 'Map', ItemProcessor: inner, ...end };

/** A machine whose only state is given. */
export function one(state: object, machine: object = {}) {
  return { StartAt: 'S', States: { S: state }, ...machine };
}

/** The same with JSONata as its query language. */
export function jsonata(state: object) {
  return one(state, { QueryLanguage: 'JSONata' });
}

/** A machine that begins with a Choice of these rules. */
export function choice(...choices: object[]) {
  return {
    StartAt: 'S',
    States: { S: { Type: 'Choice', Choices: choices, Default: 'E' }, E: pass },
  };
}

/** The errors of a definition, each in one line. */
export function errors(machine: unknown, type: StateMachineType = 'STANDARD'): readonly string[] {
  const text = typeof machine === 'string' ? machine : JSON.stringify(machine);
  return validateDefinition(text, type)
    .filter(({ severity }) => severity === 'ERROR')
    .map(({ code, message, location }) => `${code}: ${message} at ${location}`);
}

/** An error of a definition's form. */
export function schema(message: string, location: string) {
  return `SCHEMA_VALIDATION_FAILED: ${message} at ${location}`;
}

/** AWS's sentence about a field of the other query language. */
export function onlyFor(field: string, wanted: string, set: string) {
  return `The QueryLanguage is set to '${set}', but field '${field}' is only supported for the '${wanted}' QueryLanguage`;
}

/** AWS's sentence about an unknown resource. */
export function notRecognized(resource: string) {
  return `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
}
