import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Thrown when another process holds the journal. */
export class JournalLockedError extends Error {
  override readonly name = 'JournalLockedError';
}

/** SQLite's primary result code is the lowest byte. */
const SQLITE_BUSY = 5;
/** A process that was just killed may take a moment to let go. */
const PATIENCE_MS = 1_000;

/**
 * Holds a data folder for this process alone. The journal itself cannot be locked for good, as its checkpoints are made
 * by another connection; the lock is a file of its own, which the system lets go of with the process however it ends.
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

  release(): void {
    this.#db.close();
  }
}

function isBusy(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY
  );
}
