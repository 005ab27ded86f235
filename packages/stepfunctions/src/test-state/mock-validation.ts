import { parseTaskTarget } from '../core/task-target.ts';
import { nearestNumber } from '../language/exact-number.ts';
import { isJsonObject, type Json } from '../language/json.ts';
import { type Bounds, operationOf, type Shape, type SimpleType } from '../service-models/service-model.ts';

/** How strictly a mocked result is checked against the service's answer. */
export type FieldValidationMode = 'STRICT' | 'PRESENT' | 'NONE';

/** Members whose text may be any JSON here: Step Functions parses them, or fills them in itself. */
const PARSED: { readonly [action: string]: readonly string[] } = {
  'lambda:invoke': ['Payload'],
  'states:startExecution.sync:2': ['Input', 'Output'],
};

/** Thrown at the first member that does not fit, and caught by {@link mockFault}. */
class Misfit extends Error {}

/**
 * Why a mocked result does not fit the service's API, as AWS words it, or `undefined` when it fits. The API of a
 * service that the engine does not know is not checked. Members that the API does not have are allowed.
 */
export function mockFault(resource: string, result: Json, mode: FieldValidationMode): string | undefined {
  const shape = mode === 'NONE' ? undefined : answerOf(resource);
  if (shape === undefined) {
    return undefined;
  }
  if (!isJsonObject(result)) {
    return 'Mock result schema validation error: Mocked result must be an object';
  }
  const parsed = PARSED[resource.slice(resource.indexOf(':::') + 3)] ?? [];
  const checked = Object.fromEntries(Object.entries(result).filter(([name]) => !parsed.includes(name)));
  try {
    check(checked, shape, '', mode === 'STRICT');
    return undefined;
  } catch (misfit) {
    if (misfit instanceof Misfit) {
      return `Mock result schema validation error: ${misfit.message}`;
    }
    throw misfit;
  }
}

/** What the API of a Task's service answers. A `.sync` task's result is the description of its job. */
function answerOf(resource: string): Shape | undefined {
  const target = parseTaskTarget(resource);
  if (target.kind !== 'INTEGRATION') {
    return undefined;
  }
  const { service, action, sdk, pattern } = target;
  if (pattern === 'WAIT_FOR_TASK_TOKEN') {
    // The result is what SendTaskSuccess brings.
    return undefined;
  }
  if (pattern === 'REQUEST_RESPONSE') {
    return operationOf(service, action, sdk)?.output;
  }
  return service === 'states' ? operationOf(service, 'describeExecution', sdk)?.output : undefined;
}

function check(value: Json, shape: Shape, field: string, strict: boolean): void {
  switch (shape.kind) {
    case 'ANY':
      return;
    case 'SIMPLE':
      checkSimple(value, shape.type, field);
      checkBounds(value, shape, field);
      return;
    case 'ENUM':
      checkSimple(value, 'string', field);
      if (!shape.values.includes(value as string)) {
        throw new Misfit(`Field '${field}' is not an expected value`);
      }
      return;
    case 'LIST':
      if (!Array.isArray(value)) {
        throw new Misfit(`Field '${field}' must be an array`);
      }
      checkBounds(value, shape, field);
      for (const element of value as readonly Json[]) {
        check(element, shape.element(), field, strict);
      }
      return;
    case 'MAP':
      for (const inner of Object.values(objectIn(value, field))) {
        check(inner, shape.value(), field, strict);
      }
      return;
    case 'STRUCTURE':
      checkMembers(value, shape, field, strict);
  }
}

function checkMembers(value: Json, shape: Shape & { kind: 'STRUCTURE' }, field: string, strict: boolean): void {
  const object = objectIn(value, field);
  const missing = strict ? shape.required.find((name) => !Object.hasOwn(object, name)) : undefined;
  if (missing !== undefined) {
    throw new Misfit(`Required field '${missing}' is missing`);
  }
  for (const [name, inner] of Object.entries(object)) {
    const member = shape.members.get(name);
    if (member !== undefined) {
      check(inner, member.shape(), name, strict);
    }
  }
}

function objectIn(value: Json, field: string) {
  if (isJsonObject(value)) {
    return value;
  }
  throw new Misfit(`Field '${field}' must be an object`);
}

/** JSON's own type of each simple type. Timestamps and blobs are text in Step Functions. */
const JSON_TYPES: { readonly [type in SimpleType]: 'string' | 'number' | 'boolean' } = {
  string: 'string',
  timestamp: 'string',
  blob: 'string',
  integer: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  boolean: 'boolean',
};

function checkSimple(value: Json, type: SimpleType, field: string): void {
  const wanted = JSON_TYPES[type];
  const number = nearestNumber(value);
  const fraction = (type === 'integer' || type === 'long') && number !== undefined && !Number.isInteger(number);
  if ((number === undefined ? typeof value : 'number') !== wanted || fraction) {
    throw new Misfit(`Field '${field}' must be a ${wanted}`);
  }
}

/** Holds a number to its bounds, and a text or a list to those of its length. */
function checkBounds(value: Json, { min = -Infinity, max = Infinity }: Bounds, field: string): void {
  const number = nearestNumber(value);
  if (number !== undefined) {
    if (number < min) {
      throw new Misfit(`Field '${field}' is less than the minimum value`);
    }
    if (number > max) {
      throw new Misfit(`Field '${field}' exceeds the maximum value`);
    }
    return;
  }
  const length = typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
  if (length !== undefined && length < min) {
    throw new Misfit(`Field '${field}' is smaller than the minimum length`);
  }
  if (length !== undefined && length > max) {
    throw new Misfit(`Field '${field}' exceeds the maximum length`);
  }
}
