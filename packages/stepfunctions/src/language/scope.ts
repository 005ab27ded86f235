import type { Json, JsonObject } from './json.ts';

/** Everything an expression of the Amazon States Language may read, as plain data. */
export interface Scope {
  /**
   * The value of `$` in JSONPath and of `$states.input` in JSONata. For JSONata it is the state's raw input. For JSONPath it
   * is the value that the field selects from: the input after `InputPath`, or the result for `ResultSelector`.
   */
  readonly input: Json;
  /** The context object: `$$` and `$states.context`. */
  readonly context: JsonObject;
  /** The variables in reach of the state, inner scopes before outer ones, by name without `$`. */
  readonly variables: JsonObject;
  /** `$states.result`; absent where AWS does not define it. */
  readonly result?: Json;
  /** `$states.errorOutput`, inside a Catcher. */
  readonly errorOutput?: Json;
  /** What `$now()` and `$millis()` answer: milliseconds since the epoch. */
  readonly at: number;
  /** At least 32 hexadecimal digits from which `$uuid`, `$random`, `States.UUID` and `States.MathRandom` are derived. */
  readonly entropy: string;
}

/** Where in the definition an expression stands; AWS's error texts name it. */
export interface Where {
  readonly stateName: string;
  /** The field, with the path of the value inside it: `InputPath`, `Arguments`, `Output/total`. */
  readonly field: string;
}
