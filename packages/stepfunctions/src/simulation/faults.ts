/** How likely things go wrong, each a probability from 0 to 1. */
export interface Faults {
  /** The process dies, at each of two moments of a step: before it is written down, and before its effects run. */
  readonly crash: number;
  /** An answer is lost on its way, and asked for again. */
  readonly lose: number;
  /** An answer comes twice. */
  readonly duplicate: number;
  /** A timer fires late. */
  readonly late: number;
  /** What was cancelled happens all the same. */
  readonly stale: number;
  /** Somebody stops the execution; only machines that heal by a redrive. */
  readonly stop: number;
  /** A step is made twice, to see that it depends on nothing but its arguments and leaves them alone. */
  readonly suspicion: number;
}

/** Nothing goes wrong. */
export const NO_FAULTS: Faults = { crash: 0, lose: 0, duplicate: 0, late: 0, stale: 0, stop: 0, suspicion: 0 };

/** Everything goes wrong. */
export const ALL_FAULTS: Faults = {
  crash: 0.08,
  lose: 0.15,
  duplicate: 0.2,
  late: 0.3,
  stale: 0.3,
  stop: 0.5,
  suspicion: 0.1,
};
