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
  readonly busyMs?: number;
}

/** An owner with jobs that wait. */
interface Waiter<Owner> {
  readonly owner: Owner;
  readonly age: number;
  readonly jobs: Job[];
}

/** One start in so many goes to whoever has waited longest, whatever its age. */
const STARTS_BY_AGE = 4;

/**
 * Runs at most so many jobs at once and decides whose turn it is: mostly the oldest owner's, so that what was begun first is
 * finished first rather than all at the end; every few starts the one's that has waited longest, so that nobody waits for
 * ever. An owner with ten thousand jobs does not hold up another with one: behind its first it comes after all others.
 *
 * It has two bounds, because jobs keep others busy in two ways. Those that work share processors, so few at a time are done
 * soonest. Those that wait for an answer that does not come cost nothing, and must not keep the others from their turn.
 */
export class FairQueue<Owner> {
  readonly #bounds: Required<QueueBounds>;
  /** In the order in which they began to wait. */
  readonly #waiting = new Map<Owner, Waiter<Owner>>();
  /** The oldest first; some of them wait no longer. */
  #byAge: Waiter<Owner>[] = [];
  #running = 0;
  #busy = 0;
  #started = 0;
  #isClosed = false;

  constructor({ most, mostBusy = most, busyMs = 500 }: QueueBounds) {
    this.#bounds = { most, mostBusy, busyMs };
  }

  /** How many owners have a job that waits. */
  get ownersWaiting(): number {
    return this.#waiting.size;
  }

  /** Jobs under way. */
  get running(): number {
    return this.#running;
  }

  /**
   * Runs `run`, which never rejects, as soon as its turn has come.
   *
   * @param age of the owner: the lower, the older. Without it the owner comes after all that have one.
   */
  add(owner: Owner, id: string, run: () => Promise<void>, age = Number.POSITIVE_INFINITY): void {
    if (this.#isClosed) {
      return;
    }
    const job = { id, run };
    const waiter = this.#waiting.get(owner);
    if (waiter) {
      waiter.jobs.push(job);
    } else {
      this.#wait({ owner, age, jobs: [job] });
    }
    this.#startNext();
  }

  /** Takes a job out that has not started. Answers whether there was one. */
  remove(owner: Owner, id: string): boolean {
    const jobs = this.#waiting.get(owner)?.jobs;
    const index = jobs?.findIndex((job) => job.id === id) ?? -1;
    if (!jobs || index < 0) {
      return false;
    }
    jobs.splice(index, 1);
    if (jobs.length === 0) {
      this.#waiting.delete(owner);
    }
    return true;
  }

  /** Drops what waits and takes nothing in any more. What is under way is not touched. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
    this.#byAge = [];
  }

  #wait(waiter: Waiter<Owner>): void {
    this.#waiting.set(waiter.owner, waiter);
    if (this.#byAge.length > 2 * this.#waiting.size + 64) {
      this.#byAge = this.#byAge.filter((one) => this.#waits(one));
    }
    this.#byAge.splice(placeOf(waiter.age, this.#byAge), 0, waiter);
  }

  #waits(waiter: Waiter<Owner>): boolean {
    return this.#waiting.get(waiter.owner) === waiter;
  }

  #startNext(): void {
    const { most, mostBusy } = this.#bounds;
    while (this.#running < most && this.#busy < mostBusy) {
      const waiter = this.#next();
      if (waiter === undefined) {
        return;
      }
      const { owner, jobs } = waiter;
      const job = jobs.shift();
      this.#waiting.delete(owner);
      if (jobs.length > 0) {
        this.#wait({ owner, age: Number.POSITIVE_INFINITY, jobs });
      }
      if (job) {
        this.#begin(job);
      }
    }
  }

  #next(): Waiter<Owner> | undefined {
    this.#started += 1;
    if (this.#started % STARTS_BY_AGE === 0) {
      return this.#waiting.values().next().value;
    }
    for (let oldest = this.#byAge.shift(); oldest; oldest = this.#byAge.shift()) {
      if (this.#waits(oldest)) {
        return oldest;
      }
    }
    return undefined;
  }

  #begin(job: Job): void {
    this.#running += 1;
    this.#busy += 1;
    let isBusy = true;
    const countNoMore = (): void => {
      if (isBusy) {
        this.#busy -= 1;
      }
      isBusy = false;
      this.#startNext();
    };
    const waits = setTimeout(countNoMore, this.#bounds.busyMs);
    waits.unref();
    void job.run().finally(() => {
      clearTimeout(waits);
      this.#running -= 1;
      countNoMore();
    });
  }
}

/** Where an age belongs among others, behind its equals. */
function placeOf(age: number, sorted: readonly { readonly age: number }[]): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle]?.age ?? age) <= age) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}
