import type { Program } from './peer.ts';

type JsonObject = { readonly [name: string]: unknown };

const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:echo';

function sequence(length: number, state: JsonObject, name = 'Step'): JsonObject {
  const states = Array.from({ length }, (_, index): readonly [string, JsonObject] => [
    `${name}${index}`,
    { ...state, ...(index + 1 < length ? { Next: `${name}${index + 1}` } : { End: true }) },
  ]);
  return { StartAt: `${name}0`, States: Object.fromEntries(states) };
}

/** A program as a state machine. Tasks that somebody answers are activities, which need nothing but the API. */
export function definitionOf(program: Program, activityArn: string): JsonObject {
  switch (program) {
    case 'passes':
      return sequence(10, { Type: 'Pass' });
    case 'tasks':
      return sequence(10, { Type: 'Task', Resource: LAMBDA });
    case 'wait':
      return sequence(1, { Type: 'Wait', Seconds: 5 });
    case 'long-wait':
      return sequence(1, { Type: 'Wait', Seconds: 3_600 });
    case 'retry':
      return sequence(1, {
        Type: 'Task',
        Resource: activityArn,
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 4, MaxAttempts: 2 }],
      });
    case 'token':
    case 'redrive':
      return sequence(1, { Type: 'Task', Resource: activityArn });
    case 'map':
      return sequence(1, {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 1,
        ItemProcessor: sequence(1, { Type: 'Wait', Seconds: 1 }, 'Item'),
      });
    default:
      return program satisfies never;
  }
}

/** The input of a program's executions. */
export const INPUT = JSON.stringify({ items: [1, 2, 3, 4, 5] });
