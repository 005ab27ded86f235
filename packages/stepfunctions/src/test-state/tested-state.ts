import type { Failure } from '../core/frame.ts';
import type { State, StateGraph } from '../language/definition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { Scope } from '../language/scope.ts';
import type { Inspection } from './inspection.ts';

/** What a state's work is replaced by. */
export type Mock =
  | { readonly kind: 'RESULT'; readonly result: Json }
  | { readonly kind: 'ERROR'; readonly failure: Failure };

/** How far the state is said to have come before. */
export interface StateConfiguration {
  /** Attempts that the Retrier which takes the error has spent. */
  readonly retrierRetryCount?: number;
  /** Iterations of a Map state that have failed. */
  readonly mapIterationFailureCount?: number;
}

/** A state under test with all that its fields may read. */
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
  /** Calls what the Task state calls; only without a mock. Throws a StateFailed. */
  readonly callTask: (resource: string, input: Json) => Promise<Json>;
}

/** What a state came to without an error. */
export interface Outcome {
  readonly output: Json;
  readonly next?: string;
}

/** The scope of an expression in the state under test, `$` being the value given. */
export function scopeOf(tested: Tested, input: Json, extras: Pick<Scope, 'result' | 'errorOutput'> = {}): Scope {
  const { context, variables, at, entropy } = tested;
  return { input, context, variables, at, entropy, ...extras };
}

/** A state by its name, anywhere in a machine. */
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
