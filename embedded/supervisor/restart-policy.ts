/** When a process that died comes back, and when its death is worth more than a line. */
export interface RestartPolicy {
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A process that lived this long has recovered: its next death counts as the first again. */
  readonly stableMs: number;
  /** From this many deaths in a row on, the end of the log is shown with each death. */
  readonly loudFromDeath: number;
}

/** Quick for a single `kill -9`, slow for a process that cannot live. */
export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  firstDelayMs: 100,
  longestDelayMs: 5_000,
  stableMs: 20_000,
  loudFromDeath: 3,
};

/** What to do about one death. */
export interface RestartDecision {
  /** Deaths in a row, this one included. */
  readonly deaths: number;
  readonly delayMs: number;
  readonly loud: boolean;
}

/**
 * Decides about a death from the deaths in a row before it and how long the process lived: the delay doubles from death
 * to death up to the longest one.
 */
export function decideRestart(policy: RestartPolicy, deathsBefore: number, livedMs: number): RestartDecision {
  const deaths = livedMs >= policy.stableMs ? 1 : deathsBefore + 1;
  const doubled = policy.firstDelayMs * 2 ** (deaths - 1);
  return {
    deaths,
    delayMs: Math.min(doubled, policy.longestDelayMs),
    loud: deaths >= policy.loudFromDeath,
  };
}
