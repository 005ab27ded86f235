import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from '../../answers/exchange.ts';
import type { Choices } from '../choices.ts';

const LONGEST_PAUSE_MS = 900;

/** How a customer goes on asking: until there is an answer that means something, or the time is over. */
export class Patience {
  readonly #choices: Choices;
  readonly #until: number;

  /** @param until epoch milliseconds */
  constructor(choices: Choices, until: number) {
    this.#choices = choices;
    this.#until = until;
  }

  /** Whether there is any left. */
  get lasts(): boolean {
    return Date.now() < this.#until;
  }

  /** Waits a moment. */
  async pause(most_ms = LONGEST_PAUSE_MS): Promise<void> {
    await sleep(this.#choices.between(most_ms / 4, most_ms));
  }

  /** Sends the same request again while it gets no answer or 5xx; the last exchange. */
  async insist(send: () => Promise<Exchange>): Promise<Exchange> {
    for (;;) {
      const exchange = await send();
      const { outcome } = exchange;
      const settled = outcome.kind === 'answered' && outcome.http_status < 500;
      if (settled || !this.lasts) {
        return exchange;
      }
      await this.pause();
    }
  }
}
