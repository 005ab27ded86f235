/** Work that waits for its turn. */
interface Job {
  readonly id: string;
  readonly run: () => Promise<void>;
}

/**
 * Runs at most so many jobs at once and lets owners take turns: one with ten thousand jobs does not hold up another
 * with one.
 */
export class FairQueue<Owner> {
  readonly #limit: number;
  /** Owners in the order of their turns. */
  readonly #waiting = new Map<Owner, Job[]>();
  #running = 0;
  #isClosed = false;

  constructor(limit: number) {
    this.#limit = limit;
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
    while (this.#running < this.#limit) {
      const turn = this.#waiting.entries().next();
      if (turn.done) return;
      const [owner, jobs] = turn.value;
      this.#waiting.delete(owner);
      const job = jobs.shift();
      if (jobs.length > 0) this.#waiting.set(owner, jobs);
      if (!job) continue;
      this.#running += 1;
      void job.run().finally(() => {
        this.#running -= 1;
        this.#startNext();
      });
    }
  }
}
