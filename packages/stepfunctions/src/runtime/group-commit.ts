import type { Database } from '../journal/database.ts';

interface Entry {
  readonly write: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes what many executions did in one transaction, so that they share the cost of making it durable. All that is
 * added while a transaction is prepared or written goes into the next one.
 */
export class GroupCommit {
  readonly #db: Database;
  #waiting: Entry[] = [];
  #scheduled = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Resolves once what `write` wrote is durable; rejects when it could not be written, and then none of it was. */
  add(write: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      if (this.#scheduled) {
        return;
      }
      this.#scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Writes what waits now. */
  flush(): void {
    this.#scheduled = false;
    const entries = this.#waiting;
    if (entries.length === 0) {
      return;
    }
    this.#waiting = [];
    try {
      this.#db.transaction(() => {
        for (const { write } of entries) {
          write();
        }
      });
    } catch (error) {
      this.#separate(entries, error);
      return;
    }
    for (const { resolve } of entries) {
      resolve();
    }
  }

  /** One of them spoilt the transaction: each gets one of its own, so that only the culprit fails. */
  #separate(entries: readonly Entry[], error: unknown): void {
    for (const { write, resolve, reject } of entries) {
      if (entries.length === 1) {
        reject(error);
        continue;
      }
      try {
        this.#db.transaction(write);
      } catch (own) {
        reject(own);
        continue;
      }
      resolve();
    }
  }
}
