import type { Failure } from '../core/frame.ts';
import type { State } from '../language/definition.ts';
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
