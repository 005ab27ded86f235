/** Work that waits for its turn. */
interface Job {
  readonly id: string;
  readonly run: () => Promise<void>;
}

/** How much a queue runs at once. */
export interface QueueBounds {
  /** Jobs under way. */
  readonly most: number;
  /** Jobs of those that count as work. Default: all. */
  readonly mostBusy?: number;
  /** A job under way for longer waits for somebody else, and counts as work no more. Default 500 ms. */
  readonly busyMilliseconds?: number;
}

/**
 * Runs at most so many jobs at once and lets owners take turns: one with ten thousand jobs does not hold up another
 * with one.
 *
 * It has two bounds, because jobs keep others busy in two ways. Those that work share processors, so few at a time are done
 * soonest. Those that wait for an answer that does not come cost nothing, and must not keep the others from their turn.
 */
export class FairQueue<Owner> {
  readonly #bounds: Required<QueueBounds>;
  /** Owners in the order of their turns. */
  readonly #waiting = new Map<Owner, Job[]>();
  #running = 0;
  #busy = 0;
  #isClosed = false;

  constructor({ most, mostBusy = most, busyMilliseconds = 500 }: QueueBounds) {
    this.#bounds = { most, mostBusy, busyMilliseconds };
  }

  /** How many owners have a job that waits. */
  get ownersWaiting(): number {
    return this.#waiting.size;
  }

  /** Jobs under way. */
  get running(): number {
    return this.#running;
  }

  /** Runs `run`, which never rejects, as soon as its turn has come. */
  add(owner: Owner, id: string, run: () => Promise<void>): void {
    if (this.#isClosed) return;
    const job = { id, run };
    const jobs = this.#waiting.get(owner);
    if (jobs) jobs.push(job);
    else this.#waiting.set(owner, [job]);
    this.#startNext();
  }

  /** Takes a job out that has not started. Answers whether there was one. */
  remove(owner: Owner, id: string): boolean {
    const jobs = this.#waiting.get(owner);
    const index = jobs?.findIndex((job) => job.id === id) ?? -1;
    if (!jobs || index < 0) return false;
    jobs.splice(index, 1);
    if (jobs.length === 0) this.#waiting.delete(owner);
    return true;
  }

  /** Drops what waits and takes nothing in any more. What is under way is not touched. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
  }

  #startNext(): void {
    const { most, mostBusy } = this.#bounds;
    while (this.#running < most && this.#busy < mostBusy) {
      const turn = this.#waiting.entries().next();
      if (turn.done) return;
      const [owner, jobs] = turn.value;
      this.#waiting.delete(owner);
      const job = jobs.shift();
      if (jobs.length > 0) this.#waiting.set(owner, jobs);
      if (job) this.#begin(job);
    }
  }

  #begin(job: Job): void {
    this.#running += 1;
    this.#busy += 1;
    let isBusy = true;
    const countNoMore = (): void => {
      if (isBusy) this.#busy -= 1;
      isBusy = false;
      this.#startNext();
    };
    const waits = setTimeout(countNoMore, this.#bounds.busyMilliseconds);
    waits.unref();
    void job.run().finally(() => {
      clearTimeout(waits);
      this.#running -= 1;
      countNoMore();
    });
  }
}
