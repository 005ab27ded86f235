interface Appointment {
  readonly at: number;
  readonly sequence: number;
  readonly run: () => void | Promise<void>;
}

/** Where virtual time begins: 2030-01-01T00:00:00Z, so that it is never mistaken for the real one. */
const EPOCH = Date.UTC(2030, 0, 1);

/** Time that passes only when somebody has something to do in it. */
export class VirtualClock {
  #now = EPOCH;
  #sequence = 0;
  readonly #appointments: Appointment[] = [];

  /** Milliseconds since the Unix epoch. */
  get now(): number {
    return this.#now;
  }

  get date(): Date {
    return new Date(this.#now);
  }

  /** Does something at a moment, or at once where that has passed. Same moment: in the order of these calls. */
  at(moment: number, run: Appointment['run']): void {
    this.#sequence += 1;
    const appointment = { at: Math.max(moment, this.#now), sequence: this.#sequence, run };
    const index = this.#appointments.findLastIndex(({ at }) => at <= appointment.at);
    this.#appointments.splice(index + 1, 0, appointment);
  }

  /** @param seconds from now. */
  after(seconds: number, run: Appointment['run']): void {
    this.at(this.#now + seconds * 1000, run);
  }

  /** Resolves so many seconds from now; what then goes on has gone as far as it gets before the next appointment. */
  pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(seconds, () => {
        resolve();
        return allContinuationsDone();
      });
    });
  }

  /**
   * Runs until nobody has anything to do. Throws after `limit` appointments: something goes round in circles.
   *
   * @param look called after each appointment
   */
  async runToEnd(limit: number, look: () => void): Promise<void> {
    for (let done = 0; done < limit; done += 1) {
      const next = this.#appointments.shift();
      if (next === undefined) {
        return;
      }
      this.#now = next.at;
      await next.run();
      look();
    }
    throw new Error(`still busy after ${limit} appointments`);
  }
}

/** Resolves when every promise that was settled has had its consequences. */
export function allContinuationsDone(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
