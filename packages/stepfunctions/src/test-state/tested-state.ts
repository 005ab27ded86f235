import type { Failure } from '../core/frame.ts';
import type { State, StateGraph } from '../language/definition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { Scope } from '../language/scope.ts';
import type { Inspection } from './inspection.ts';

/** The result or error that replaces a state's work. */
export type Mock =
  | { readonly kind: 'RESULT'; readonly result: Json }
  | { readonly kind: 'ERROR'; readonly failure: Failure };

/** What is assumed to have happened before. */
export interface StateConfiguration {
  /** Attempts already made by the Retrier that matches the error. */
  readonly retrierRetryCount?: number;
  /** Iterations of a Map state that have failed. */
  readonly mapIterationFailureCount?: number;
  /** The items that a Map's ItemReader has read. */
  readonly readItems?: readonly Json[];
}

/** A state under test and everything that its fields may read. */
export interface Tested<S extends State = State> {
  readonly state: S;
  readonly stateName: string;
  readonly input: Json;
  readonly context: JsonObject;
  readonly variables: JsonObject;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly entropy: string;
  readonly mock?: Mock;
  readonly configuration: StateConfiguration;
  readonly inspection: Inspection;
  /**
   * Calls the target of the Task state. Not called with a mock.
   *
   * @throws {StateFailed}
   */
  readonly callTask: (resource: string, input: Json) => Promise<Json>;
}

/** The outcome of a state without an error. */
export interface Outcome {
  readonly output: Json;
  readonly next?: string;
}

/** The scope of an expression in the state under test. `input` is `$`. */
export function scopeOf(tested: Tested, input: Json, extras: Pick<Scope, 'result' | 'errorOutput'> = {}): Scope {
  const { context, variables, at, entropy } = tested;
  return { input, context, variables, at, entropy, ...extras };
}

/** Finds a state by its name, nested states included. */
export function findState(graph: StateGraph, name: string): State | undefined {
  const here = Object.hasOwn(graph.States, name) ? graph.States[name] : undefined;
  if (here !== undefined) {
    return here;
  }
  for (const state of Object.values(graph.States)) {
    const inner = state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : [];
    for (const container of inner) {
      const found = findState(container, name);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}
