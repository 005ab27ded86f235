import { StartSpike } from './start-spike.ts';

/** A queued job. */
interface Job {
  readonly id: string;
  readonly run: () => Promise<void>;
}

/** The concurrency limits of a queue. */
export interface QueueBounds {
  /** Jobs that run at once. */
  readonly most: number;
  /** Busy jobs among them. Default: `most`. */
  readonly mostBusy?: number;
  /** Busy jobs during a spike of starts. Default: `mostBusy`. */
  readonly mostBusyInSpike?: number;
  /** A job that runs for longer is taken to wait for an answer, and no longer counts as busy. Default 500 ms. */
  readonly busyMs?: number;
}

/** An owner with queued jobs. */
interface Waiter<Owner> {
  readonly owner: Owner;
  readonly age: number;
  readonly jobs: Job[];
}

/** One start in so many goes to the owner that has waited longest, regardless of its age. */
const STARTS_BY_AGE = 4;

/** Within this time after a spike the queue is back at its usual limit. */
const SPIKE_CHECK_MS = 100;

/**
 * A fair queue with two concurrency limits.
 *
 * The next job is mostly the oldest owner's, so that executions which began first finish first. Every few starts it is
 * the job of the owner that has waited longest, so that none starves. An owner with many jobs does not block the others:
 * after its first job it queues behind all of them.
 *
 * `mostBusy` limits jobs that use the processor: they finish soonest when few run at a time. `most` limits all jobs. Jobs
 * that only wait for a slow answer cost little and must not block the rest. `mostBusyInSpike` leaves the processor to the
 * starts while new work comes faster than it is done, so that a spike is taken at once and worked off later.
 */
export class FairQueue<Owner> {
  readonly #bounds: Required<QueueBounds>;
  readonly #spike = new StartSpike();
  #spikeCheck: NodeJS.Timeout | undefined;
  /** In order of arrival. */
  readonly #waiting = new Map<Owner, Waiter<Owner>>();
  /** The same owners, oldest first. */
  readonly #byAge: Waiter<Owner>[] = [];
  #running = 0;
  #busy = 0;
  #started = 0;
  #isClosed = false;

  constructor({ most, mostBusy = most, mostBusyInSpike = mostBusy, busyMs = 500 }: QueueBounds) {
    this.#bounds = { most, mostBusy, mostBusyInSpike, busyMs };
  }

  /** Owners with a queued job. */
  get ownersWaiting(): number {
    return this.#waiting.size;
  }

  /** Jobs that run. */
  get running(): number {
    return this.#running;
  }

  /** Counts a start of new work by a caller outside. */
  noteStart(): void {
    this.#spike.started(performance.now());
  }

  /**
   * Queues a job.
   *
   * @param run must not reject
   * @param age of the owner: the lower, the older. Without it the owner comes after all that have one
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

  /** Removes a job that has not started. Answers whether there was one. */
  remove(owner: Owner, id: string): boolean {
    const waiter = this.#waiting.get(owner);
    if (waiter === undefined) {
      return false;
    }
    const index = waiter.jobs.findIndex((job) => job.id === id);
    if (index < 0) {
      return false;
    }
    waiter.jobs.splice(index, 1);
    if (waiter.jobs.length === 0) {
      this.#leave(waiter);
    }
    return true;
  }

  /** Drops the queued jobs and accepts no more. Running jobs are not touched. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#spikeCheck);
    this.#waiting.clear();
    this.#byAge.length = 0;
  }

  #wait(waiter: Waiter<Owner>): void {
    this.#waiting.set(waiter.owner, waiter);
    this.#byAge.splice(placeOf(waiter.age, this.#byAge), 0, waiter);
  }

  #leave(waiter: Waiter<Owner>): void {
    this.#waiting.delete(waiter.owner);
    this.#byAge.splice(this.#byAge.indexOf(waiter), 1);
  }

  #startNext(): void {
    const { most } = this.#bounds;
    while (this.#running < most && this.#busy < this.#mostBusyNow()) {
      const waiter = this.#next();
      if (waiter === undefined) {
        return;
      }
      const { owner, jobs } = waiter;
      const job = jobs.shift();
      this.#leave(waiter);
      if (jobs.length > 0) {
        this.#wait({ owner, age: Number.POSITIVE_INFINITY, jobs });
      }
      if (job) {
        this.#begin(job);
      }
    }
  }

  #mostBusyNow(): number {
    const { mostBusy, mostBusyInSpike } = this.#bounds;
    if (!this.#spike.goesOn(performance.now(), this.#waiting.size)) {
      return mostBusy;
    }
    this.#spikeCheck ??= setTimeout(() => {
      this.#spikeCheck = undefined;
      this.#startNext();
    }, SPIKE_CHECK_MS).unref();
    return mostBusyInSpike;
  }

  #next(): Waiter<Owner> | undefined {
    this.#started += 1;
    return this.#started % STARTS_BY_AGE === 0 ? this.#waiting.values().next().value : this.#byAge[0];
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

/** The index at which an age belongs in a sorted list, behind its equals. */
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
