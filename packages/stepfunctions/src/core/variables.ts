import type { JsonObject } from '../language/json.ts';
import { StatesError } from '../language/states-error.ts';
import type { Draft } from './draft.ts';
import { exceedsPayloadLimit, jsonText } from './json-text.ts';

/** AWS's quota of all variables of an execution, in bytes of UTF-8. */
const MAX_STORED_BYTES = 10 * 1024 * 1024;

const sizes = new WeakMap<JsonObject, number>();

/**
 * AWS's quotas: 256 KiB for one variable and for all that one `Assign` sets, 10 MiB for all of an execution.
 *
 * @throws {StatesError} `States.DataLimitExceeded`
 */
export function checkVariables(draft: Draft, frameId: string, stateName: string, assigned: JsonObject): void {
  if (exceedsPayloadLimit(assigned)) {
    throw tooLarge(`The variables that the state '${stateName}' assigns are larger than 262144 bytes.`);
  }
  if (storedElsewhere(draft, frameId) + sizeWith(draft.frame(frameId).variables, assigned) > MAX_STORED_BYTES) {
    throw tooLarge(`With those of the state '${stateName}' the execution's variables are larger than 10485760 bytes.`);
  }
}

/** The variables of a frame after an `Assign`. */
export function withAssigned(variables: JsonObject, assigned: JsonObject): JsonObject {
  const all = { ...variables, ...assigned };
  sizes.set(all, sizeWith(variables, assigned));
  return all;
}

/** The size of the variables of the execution's other frames. A child execution has variables of its own. */
function storedElsewhere(draft: Draft, frameId: string): number {
  const stream = draft.streamOf(frameId);
  let size = 0;
  for (const frame of Object.values(draft.execution.frames)) {
    if (frame.id === frameId || isEmpty(frame.variables) || draft.streamOf(frame.id) !== stream) {
      continue;
    }
    size += sizeOf(frame.variables);
  }
  return size;
}

function sizeWith(variables: JsonObject, assigned: JsonObject): number {
  const replaced = Object.fromEntries(Object.entries(variables).filter(([name]) => Object.hasOwn(assigned, name)));
  return sizeOf(variables) - bytesOf(replaced) + bytesOf(assigned);
}

function sizeOf(variables: JsonObject): number {
  const known = sizes.get(variables);
  if (known !== undefined) {
    return known;
  }
  const size = bytesOf(variables);
  sizes.set(variables, size);
  return size;
}

function bytesOf(variables: JsonObject): number {
  let size = 0;
  for (const value of Object.values(variables)) {
    size += Buffer.byteLength(jsonText(value));
  }
  return size;
}

function isEmpty(variables: JsonObject): boolean {
  return Object.keys(variables).length === 0;
}

function tooLarge(cause: string): StatesError {
  return new StatesError('States.DataLimitExceeded', cause);
}
