import { nearestNumber } from '../../language/exact-number.ts';
import { ExactNumber, isJsonObject, type Json, type JsonObject } from '../../language/json.ts';
import { toClientRequest } from '../../service-models/api-request.ts';
import type { Shape, SimpleType } from '../../service-models/service-model.ts';

/** A task's parameters as the input of an SDK's command. */
export function toSdkInput(parameters: JsonObject, input: Shape): object {
  return toClientRequest(parameters, input, sdkValue);
}

/** The SDK takes dates and bytes as JavaScript does. Step Functions sends a text's bytes for a blob. */
function sdkValue(value: Json, type: SimpleType): unknown {
  if (type === 'timestamp' && (typeof value === 'string' || typeof value === 'number')) {
    return new Date(typeof value === 'number' ? value * 1_000 : value);
  }
  if (type === 'blob' && typeof value === 'string') {
    return Buffer.from(value);
  }
  return nearestNumber(value) ?? value;
}

/** The output of an SDK's command as a task's result. What the service's API does not name is left out. */
export function fromSdkOutput(value: unknown, shape: Shape): Json {
  switch (shape.kind) {
    case 'SIMPLE':
    case 'ENUM':
      return fromSdkValue(value);
    case 'LIST':
      return Array.isArray(value) ? value.map((element: unknown) => fromSdkOutput(element, shape.element())) : null;
    case 'MAP':
      return mapped(value, Object.keys(Object(value)), (inner) => fromSdkOutput(inner, shape.value()));
    case 'STRUCTURE': {
      const named = Object(value) as Readonly<Record<string, unknown>>;
      const present = [...shape.members].filter(([, { apiName }]) => (named[apiName] ?? null) !== null);
      return Object.fromEntries(
        present.map(([name, { apiName, shape: member }]) => [name, fromSdkOutput(named[apiName], member())]),
      );
    }
    case 'ANY':
      return anyOf(value);
  }
}

function fromSdkValue(value: unknown): Json {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('utf8');
  }
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : new ExactNumber(String(value));
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** A document, whose members belong to the customer. */
function anyOf(value: unknown): Json {
  if (Array.isArray(value)) {
    return value.map(anyOf);
  }
  const simple = fromSdkValue(value);
  return simple === null && isJsonObject(value as Json) ? mapped(value, Object.keys(Object(value)), anyOf) : simple;
}

function mapped(value: unknown, names: readonly string[], change: (inner: unknown) => Json): JsonObject {
  const object = Object(value) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.map((name) => [name, change(object[name])]));
}
