import type { Json, JsonObject } from '../language/json.ts';
import type { Scope } from '../language/scope.ts';
import { type ContextExtras, contextObject } from './context-object.ts';
import type { Draft } from './draft.ts';

/** What an expression may read besides its input, context and variables. */
export interface ScopeExtras extends ContextExtras {
  readonly result?: Json;
  readonly errorOutput?: Json;
}

/** The scope in which a frame's state evaluates an expression. */
export function stateScope(draft: Draft, frameId: string, input: Json, extras: ScopeExtras = {}): Scope {
  return new StateScope(draft, frameId, input, extras);
}

/** What most expressions never read is made when it is read. */
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
