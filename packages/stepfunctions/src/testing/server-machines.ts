import type { JsonObject } from '../language/json.ts';

/** A machine whose only state is given. */
export function machine(state: JsonObject): JsonObject {
  return { StartAt: 'Only', States: { Only: { End: true, ...state } } };
}

export const PASS = machine({ Type: 'Pass' });
export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:work';

/** Invokes the function `work`. */
export const TASK = machine({ Type: 'Task', Resource: FUNCTION });

/** Gives the function `work` a task token, and waits for its answer. */
export const CALLBACK = machine({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: 'work', Payload: { 'token.$': '$$.Task.Token' } },
});

/** The types of the events of a history. */
export function typesOf({ events }: JsonObject): readonly string[] {
  return (events as readonly JsonObject[]).map(({ type }) => String(type));
}
