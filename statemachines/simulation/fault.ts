/**
 * What goes wrong with one call, decided before it is made:
 *
 * - `none`: it takes a moment
 * - `request lost`: an error at once, no effect
 * - `reply lost`: the effect happens, the caller gets a retryable error
 * - `silence`: no effect, no answer
 * - `effect, then silence`: the effect happens, no answer
 * - `late`: no answer in time; the effect happens `seconds` later, maybe long after its undo
 * - `duplicate`: the effect happens now and once more `seconds` later
 * - `outage`: this call and all to the same place fail for `seconds`
 * - `engine crash`: the effect happens, its answer dies with the engine, which stands still for `seconds` and then makes the
 *   call again; timers that ran out meanwhile fire late
 * - `defect`: the function throws an error that nobody foresaw, before its effect
 */
export const FAULT_KINDS = [
  'none',
  'request lost',
  'reply lost',
  'silence',
  'effect, then silence',
  'late',
  'duplicate',
  'outage',
  'engine crash',
  'defect',
] as const;

/** One call's fate. */
export interface Fault {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** Read by `late`, `duplicate`, `outage` and `engine crash` only. */
  readonly seconds: number;
}

/** The fate of every call behind the end of a schedule. */
export const NO_FAULT: Fault = { kind: 'none', seconds: 0 };
