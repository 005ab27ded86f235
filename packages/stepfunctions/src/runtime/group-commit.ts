import type { Database } from '../journal/database.ts';

interface Entry {
  readonly write: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: writes the changes of many executions in one transaction, so that they share the cost of durability.
 * Writes that are added during a transaction go into the next one.
 */
export class GroupCommit {
  readonly #db: Database;
  #waiting: Entry[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  /** Adds a write. Resolves once it is durable; rejects if it was rolled back. */
  add(write: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      if (this.#waiting.length === 1) {
        setImmediate(() => this.flush());
      }
    });
  }

  /** Commits the pending writes now. */
  flush(): void {
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
      this.#commitSeparately(entries, error);
      return;
    }
    for (const { resolve } of entries) {
      resolve();
    }
  }

  /** One write failed the transaction: each gets its own transaction, so that only that one fails. */
  #commitSeparately(entries: readonly Entry[], error: unknown): void {
    for (const { write, resolve, reject } of entries) {
      if (entries.length === 1) {
        reject(error);
        continue;
      }
      try {
        this.#db.transaction(write);
      } catch (ownError) {
        reject(ownError);
        continue;
      }
      resolve();
    }
  }
}
