import { parseTaskTarget } from '../core/task-target.ts';
import type { JsonObject } from '../language/json.ts';
import { jsonataExpression } from '../language/jsonata.ts';
import { StatesError } from '../language/states-error.ts';
import { parameterFaults } from '../service-models/parameter-faults.ts';
import { type Operation, operationOf } from '../service-models/service-model.ts';
import { below, type FieldSubject } from './field.ts';

/** Checks the `Parameters` or `Arguments` of a Task against the API of the service, where the engine knows it. */
export function checkParameters(state: JsonObject, { language, location, findings }: FieldSubject): void {
  const field = language === 'JSONata' ? 'Arguments' : 'Parameters';
  const parameters = state[field];
  const called = typeof state.Resource === 'string' ? calledBy(state.Resource) : undefined;
  if (parameters === undefined || called?.operation?.input === undefined) {
    return;
  }
  const faults = parameterFaults(parameters, called.operation.input, {
    paths: language === 'JSONPath',
    isExpression: (text) => language === 'JSONata' && jsonataExpression(text) !== undefined,
    textAttributes: !called.sdk,
  });
  for (const fault of faults) {
    findings.schema(fault, below(location, field));
  }
}

function calledBy(resource: string): { readonly operation: Operation | undefined; readonly sdk: boolean } | undefined {
  try {
    const target = parseTaskTarget(resource);
    return target.kind === 'INTEGRATION'
      ? { operation: operationOf(target.service, target.action, target.sdk), sdk: target.sdk }
      : undefined;
  } catch (error) {
    if (error instanceof StatesError) {
      return undefined;
    }
    throw error;
  }
}
