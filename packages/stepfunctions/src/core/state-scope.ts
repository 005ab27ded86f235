import type { Json, JsonObject } from '../language/json.ts';
import type { Scope } from '../language/scope.ts';
import type { Draft } from './draft.ts';
import type { Frame, MapItem, StateRun } from './frame.ts';
import { stateOf } from './state-graph.ts';

/** What an expression may read besides its input, context and variables. */
export interface ScopeExtras extends ContextExtras {
  readonly result?: Json;
  readonly errorOutput?: Json;
}

/** The scope in which a frame's state evaluates an expression. */
export function stateScope(draft: Draft, frameId: string, input: Json, extras: ScopeExtras = {}): Scope {
  return new StateScope(draft, frameId, input, extras);
}

/** Makes the context, variables and entropy on first use, because most expressions never read them. */
class StateScope implements Scope {
  readonly input: Json;
  readonly at: number;
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly #draft: Draft;
  readonly #frameId: string;
  readonly #extras: ScopeExtras;
  #context: JsonObject | undefined;
  #variables: JsonObject | undefined;
  #entropy: string | undefined;

  constructor(draft: Draft, frameId: string, input: Json, extras: ScopeExtras) {
    this.input = input;
    this.at = draft.at;
    if (extras.result !== undefined) {
      this.result = extras.result;
    }
    if (extras.errorOutput !== undefined) {
      this.errorOutput = extras.errorOutput;
    }
    this.#draft = draft;
    this.#frameId = frameId;
    this.#extras = extras;
  }

  get context(): JsonObject {
    this.#context ??= contextObject(this.#draft, this.#draft.frame(this.#frameId), this.#extras);
    return this.#context;
  }

  get variables(): JsonObject {
    this.#variables ??= variablesInReach(this.#draft, this.#frameId);
    return this.#variables;
  }

  get entropy(): string {
    this.#entropy ??= this.#draft.entropy.digits();
    return this.#entropy;
  }
}

function variablesInReach(draft: Draft, frameId: string): JsonObject {
  const frame = draft.frame(frameId);
  // A child execution of a distributed Map cannot see the variables of the execution that started it.
  if (frame.parentId === undefined || frame.child !== undefined) {
    return frame.variables;
  }
  const around = variablesInReach(draft, frame.parentId);
  return Object.keys(frame.variables).length === 0 ? around : { ...around, ...frame.variables };
}

/** Only states that can be retried have a `RetryCount`. */
const RETRYING: ReadonlySet<string> = new Set(['Task', 'Parallel', 'Map']);

/** Members of the context object that only some states have. */
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
