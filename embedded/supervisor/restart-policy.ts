/** When a process that died comes back, and when its death is worth more than a line. */
export interface RestartPolicy {
  readonly firstDelayMilliseconds: number;
  readonly longestDelayMilliseconds: number;
  /** A process that lived this long has recovered: its next death counts as the first again. */
  readonly stableMilliseconds: number;
  /** From this many deaths in a row on, the end of the log is shown with each death. */
  readonly loudFromDeath: number;
}

/** Quick for a single `kill -9`, slow for a process that cannot live. */
export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  firstDelayMilliseconds: 100,
  longestDelayMilliseconds: 5_000,
  stableMilliseconds: 20_000,
  loudFromDeath: 3,
};

/** What to do about one death. */
export interface RestartDecision {
  /** Deaths in a row, this one included. */
  readonly deaths: number;
  readonly delayMilliseconds: number;
  readonly loud: boolean;
}

/**
 * Decides about a death from the deaths in a row before it and how long the process lived: the delay doubles from death
 * to death up to the longest one.
 */
export function decideRestart(policy: RestartPolicy, deathsBefore: number, livedMilliseconds: number): RestartDecision {
  const deaths = livedMilliseconds >= policy.stableMilliseconds ? 1 : deathsBefore + 1;
  const doubled = policy.firstDelayMilliseconds * 2 ** (deaths - 1);
  return {
    deaths,
    delayMilliseconds: Math.min(doubled, policy.longestDelayMilliseconds),
    loud: deaths >= policy.loudFromDeath,
  };
}
