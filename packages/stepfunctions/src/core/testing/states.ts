import type { Json, JsonObject } from '../../language/json.ts';

/** A Lambda function's ARN. */
export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:work';

/** A Task state on a Lambda function, ending its graph unless told otherwise. */
export function task(members: JsonObject = {}): JsonObject {
  return { Type: 'Task', Resource: FUNCTION, ...('Next' in members ? {} : { End: true }), ...members };
}

/** A Pass state, ending its graph unless told otherwise. */
export function pass(members: JsonObject = {}): JsonObject {
  return { Type: 'Pass', ...('Next' in members ? {} : { End: true }), ...members };
}

/** A machine of the states given, the first being where it starts. */
export function machine(states: { readonly [name: string]: Json }, members: JsonObject = {}): JsonObject {
  return { StartAt: Object.keys(states)[0] ?? '', States: states, ...members };
}
