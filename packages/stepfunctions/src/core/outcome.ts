import type { Json, JsonObject } from '../language/json.ts';

/** What executing a state comes to, unless it throws. */
export type Outcome =
  /** The frame's `run.activity` says what for. */
  { readonly kind: 'WAIT' } | StateExit;

/** A state is left. */
export interface StateExit {
  readonly kind: 'EXIT';
  readonly output: Json;
  /** Variables to set. */
  readonly assigned?: JsonObject | undefined;
  /** The next state; absent at the end of a frame. */
  readonly next?: string | undefined;
}

export const WAIT: Outcome = { kind: 'WAIT' };
