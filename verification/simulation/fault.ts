/**
 * What goes wrong with one call, decided before it is made:
 *
 * - `none`: it takes a moment
 * - `request lost`: an error at once, no effect
 * - `reply lost`: the effect happens, the caller gets an error that another try may mend
 * - `silence`: no effect, no answer
 * - `effect, then silence`: the effect happens, no answer
 * - `late`: no answer in time; the effect happens `seconds` later, maybe long after its undo
 * - `late after an error`: an error at once; the effect happens `seconds` later, maybe after that of the next try
 * - `duplicate`: the effect happens now and once more `seconds` later
 * - `slow`: time passes between the steps of the effect, and other calls get in between
 * - `dies half-way`: some steps of the effect happen, the process that does them dies, the caller gets an error
 * - `outage`: this call and all to the same place fail for `seconds`
 * - `caller crash`: the effect happens, its answer dies with its caller. The engine stands still for `seconds` and then makes
 *   the call again, timers that ran out meanwhile fire late; a process of the API just ends, and its customer waits in vain
 * - `defect`: an error that nobody foresaw, before the effect
 */
export const FAULT_KINDS = [
  'none',
  'request lost',
  'reply lost',
  'silence',
  'effect, then silence',
  'late',
  'late after an error',
  'duplicate',
  'slow',
  'dies half-way',
  'outage',
  'caller crash',
  'defect',
] as const;

/** One call's fate. */
export interface Fault {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** How long what takes time takes. */
  readonly seconds: number;
  /** Which of the errors of the call's place an error is: taken modulo their number. */
  readonly error: number;
}

/** The fate of every call behind the end of a schedule. */
export const NO_FAULT: Fault = { kind: 'none', seconds: 0, error: 0 };
