import type { JsonObject } from '../language/json.ts';

/** Pass and Choice states in turn, `length` of them, each entered and left once. */
export function chain(length: number): JsonObject {
  const states: { [name: string]: JsonObject } = {};
  for (let i = 0; i < length; i += 1) {
    const next = i + 1 < length ? `State${i + 1}` : 'End';
    states[`State${i}`] =
      i % 2 === 0
        ? { Type: 'Pass', Parameters: { 'value.$': '$.value' }, Next: next }
        : { Type: 'Choice', Choices: [{ Variable: '$.value', NumericGreaterThan: 0, Next: next }], Default: 'End' };
  }
  return { StartAt: 'State0', States: { ...states, End: { Type: 'Succeed' } } };
}

/** Task states one after the other, each of them a call of a Lambda function. */
export function tasks(length: number): JsonObject {
  const states: { [name: string]: JsonObject } = {};
  for (let i = 0; i < length; i += 1) {
    states[`Task${i}`] = {
      Type: 'Task',
      Resource: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
      ...(i + 1 < length ? { Next: `Task${i + 1}` } : { End: true }),
    };
  }
  return { StartAt: 'Task0', States: states };
}

/** A single Wait state. */
export function wait(seconds: number): JsonObject {
  return {
    StartAt: 'Wait',
    States: { Wait: { Type: 'Wait', Seconds: seconds, Next: 'Done' }, Done: { Type: 'Succeed' } },
  };
}
