/*
 * DynamoDB documents that a partition takes 3,000 read units and 1,000 write units a second. A hot row ends up alone in its
 * partition. A strongly consistent read of up to 4 KB is one read unit. A transactional write of up to 1 KB is two write units,
 * whether or not the transaction is cancelled. Of two transactions that change the same row at a time, one is cancelled.
 */

const READ_UNITS_PER_SECOND = 3_000;
const WRITE_UNITS_PER_SECOND = 1_000;
/** Units that one transactional write of a small row takes. */
const UNITS_PER_WRITE = 2;

/** Units that flow in evenly, none at the start, and are kept for one second at most. */
class Units {
  readonly #perSecond: number;
  #left = 0;
  #atMs = 0;
  #used = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  get used(): number {
    return this.#used;
  }

  /** False, and nothing is taken, when too few are left. */
  take(units: number, nowMs: number): boolean {
    this.#left = Math.min(this.#perSecond, this.#left + ((nowMs - this.#atMs) / 1_000) * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#left < units) {
      return false;
    }
    this.#left -= units;
    this.#used += units;
    return true;
  }
}

/** The end of a write: it is carried out, meets another transaction, or is throttled. */
export type WriteEnd = 'done' | 'conflict' | 'throttled';

/** A row of the items table, alone in its partition. */
export class Row {
  readonly #reads = new Units(READ_UNITS_PER_SECOND);
  readonly #writes = new Units(WRITE_UNITS_PER_SECOND);
  #busyUntilMs = 0;

  get readUnits(): number {
    return this.#reads.used;
  }

  get writeUnits(): number {
    return this.#writes.used;
  }

  /** False when the read is throttled. */
  read(nowMs: number): boolean {
    return this.#reads.take(1, nowMs);
  }

  /** @param busyMs how long the transaction keeps the row to itself */
  write(nowMs: number, busyMs: number): WriteEnd {
    if (!this.#writes.take(UNITS_PER_WRITE, nowMs)) {
      return 'throttled';
    }
    if (nowMs < this.#busyUntilMs) {
      return 'conflict';
    }
    this.#busyUntilMs = nowMs + busyMs;
    return 'done';
  }
}

/** The share of what a row can take in so many seconds that it took. */
export function usedShare(row: Row, seconds: number): { readonly reads: number; readonly writes: number } {
  return {
    reads: row.readUnits / (READ_UNITS_PER_SECOND * seconds),
    writes: row.writeUnits / (WRITE_UNITS_PER_SECOND * seconds),
  };
}
