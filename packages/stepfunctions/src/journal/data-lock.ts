import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Thrown when another process has the journal open. */
export class JournalLockedError extends Error {
  override readonly name = 'JournalLockedError';
}

/** SQLite's primary result code is the lowest byte. */
const SQLITE_BUSY = 5;
/** A process that was just killed may hold the lock for a moment. */
const PATIENCE_MS = 1_000;

/**
 * Locks a data folder for this process. The journal's own file cannot be locked, because checkpoints use a second
 * connection to it. The lock is a separate SQLite file. The system releases it however the process ends.
 */
export class DataLock {
  readonly #db: DatabaseSync;

  /** @throws {JournalLockedError} another process holds the folder */
  constructor(dataDir: string) {
    this.#db = new DatabaseSync(join(dataDir, 'lock.sqlite'), { timeout: PATIENCE_MS });
    try {
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    } catch (cause) {
      this.#db.close();
      if (!isBusy(cause)) {
        throw cause;
      }
      throw new JournalLockedError(
        `Another process has the journal in ${dataDir} open: end it, or use another folder.`,
        {
          cause,
        },
      );
    }
  }

  /** Lets another process have the folder. */
  release(): void {
    this.#db.close();
  }
}

function isBusy(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY
  );
}
