import type { JsonObject } from '../language/json.ts';
import type { Draft } from './draft.ts';
import type { Frame, MapItem, StateRun } from './frame.ts';
import { stateOf } from './state-graph.ts';

/** Only states that can be retried have a `RetryCount`. */
const RETRYING: ReadonlySet<string> = new Set(['Task', 'Parallel', 'Map']);

/** What the context object says beyond where the execution stands. */
export interface ContextExtras {
  /** `Map.Item`, while a Map state selects an item. */
  readonly item?: MapItem;
  /** `Task.Token`, for tasks that wait for one. */
  readonly token?: string;
}

/** The context object of a frame in a state: `$$` in JSONPath, `$states.context` in JSONata. */
export function contextObject(draft: Draft, frame: Frame, extras: ContextExtras): JsonObject {
  const { execution } = draft;
  const { child } = draft.frame(draft.streamOf(frame.id));
  const item = extras.item ?? itemOf(draft, frame);
  return {
    Execution: {
      Id: child?.arn ?? execution.arn,
      Input: child ? child.input : draft.input,
      StartTime: isoTime(child?.startedAt ?? execution.startedAt),
      Name: child?.name ?? execution.name,
      RoleArn: execution.roleArn,
      RedriveCount: execution.redriveCount,
      ...(execution.redriveDate === undefined ? {} : { RedriveTime: isoTime(execution.redriveDate) }),
    },
    ...(item === undefined ? {} : { Map: { Item: { Index: item.index, Value: item.value } } }),
    ...(frame.run === undefined ? {} : { State: stateContext(draft, frame.id, frame.run) }),
    StateMachine: { Id: execution.stateMachineArn, Name: execution.stateMachineName },
    ...(extras.token === undefined ? {} : { Task: { Token: extras.token } }),
  };
}

function stateContext(draft: Draft, frameId: string, run: StateRun): JsonObject {
  const entered = { Name: run.name, EnteredTime: isoTime(run.enteredAt) };
  return RETRYING.has(stateOf(draft, frameId).Type) ? { ...entered, RetryCount: run.retryCount } : entered;
}

function itemOf(draft: Draft, frame: Frame): MapItem | undefined {
  let around: Frame = frame;
  while (around.item === undefined && around.parentId !== undefined) {
    around = draft.frame(around.parentId);
  }
  return around.item;
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
