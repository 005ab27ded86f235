import type { Json, JsonObject } from '../language/json.ts';
import type { Scope } from '../language/scope.ts';
import { type ContextExtras, contextObject } from './context-object.ts';
import type { Draft } from './draft.ts';

/** What an expression may read besides its input, context and variables. */
export interface ScopeExtras extends ContextExtras {
  readonly result?: Json;
  readonly errorOutput?: Json;
}

/** The scope in which a frame's state evaluates an expression. What most expressions never read is made when it is read. */
export function stateScope(draft: Draft, frameId: string, input: Json, extras: ScopeExtras = {}): Scope {
  let context: JsonObject | undefined;
  let variables: JsonObject | undefined;
  let entropy: string | undefined;
  return {
    input,
    get context() {
      context ??= contextObject(draft, draft.frame(frameId), extras);
      return context;
    },
    get variables() {
      variables ??= variablesInReach(draft, frameId);
      return variables;
    },
    get entropy() {
      entropy ??= draft.entropy.digits();
      return entropy;
    },
    at: draft.at,
    ...(extras.result === undefined ? {} : { result: extras.result }),
    ...(extras.errorOutput === undefined ? {} : { errorOutput: extras.errorOutput }),
  };
}

function variablesInReach(draft: Draft, frameId: string): JsonObject {
  const frame = draft.frame(frameId);
  // A child execution of a distributed Map cannot see the variables of the execution that started it.
  if (frame.parentId === undefined || frame.child !== undefined) return frame.variables;
  const around = variablesInReach(draft, frame.parentId);
  return Object.keys(frame.variables).length === 0 ? around : { ...around, ...frame.variables };
}
