/** When a process or thread that died is restarted, and from when on its deaths are reported with its log. */
export interface RestartPolicy {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** A life of this length counts as recovered: the next death is the first again. */
  readonly stableMs: number;
  /** From this many deaths in a row on, each death is reported with the end of the log. */
  readonly loudFromDeath: number;
}

/** Quick after a single `kill -9`, slow for a process that cannot live. */
export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  firstDelayMs: 100,
  maxDelayMs: 5_000,
  stableMs: 20_000,
  loudFromDeath: 3,
};

/** What to do about one death. */
export interface RestartDecision {
  /** Deaths in a row, this one included. */
  readonly deaths: number;
  readonly delayMs: number;
  /** Whether to report this death with the end of the log. */
  readonly isLoud: boolean;
}

/** Exponential backoff between the lives of one process or thread; a stable life resets it. */
export class RestartBackoff {
  readonly #policy: RestartPolicy;
  #deaths = 0;

  constructor(policy: RestartPolicy = DEFAULT_RESTART_POLICY) {
    this.#policy = policy;
  }

  /** @param livedMs how long the life lasted that just ended */
  afterDeath(livedMs: number): RestartDecision {
    const { firstDelayMs, maxDelayMs, stableMs, loudFromDeath } = this.#policy;
    this.#deaths = livedMs >= stableMs ? 1 : this.#deaths + 1;
    return {
      deaths: this.#deaths,
      delayMs: Math.min(firstDelayMs * 2 ** (this.#deaths - 1), maxDelayMs),
      isLoud: this.#deaths >= loudFromDeath,
    };
  }

  /** After a death that somebody asked for: it says nothing about the process, so it does not count. */
  afterKillOnPurpose(): RestartDecision {
    return { deaths: this.#deaths, delayMs: this.#policy.firstDelayMs, isLoud: false };
  }
}
