import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Durability } from '../options.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** Thrown when the journal on disk was written by a version of the engine this one cannot read. */
export class JournalVersionError extends Error {
  override readonly name = 'JournalVersionError';
}

/** Thrown when another process holds the journal. */
export class JournalLockedError extends Error {
  override readonly name = 'JournalLockedError';
}

const SQLITE_BUSY = 5;
const BUSY_TIMEOUT_MS = 1_000;
/**
 * Pages of 4 KiB in the write-ahead log before they are copied into the file, which takes fsyncs that every execution
 * waits for: rarely enough that it does not show in the 99th percentile of a start.
 */
const WAL_PAGES = 8_000;
/** What the write-ahead log is cut back to once it has been copied into the file. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
const PAGE_CACHE_KIB = 65_536;

/** SQLite's primary result code is the lowest byte. */
const isBusy = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;

/** One SQLite file; statements are prepared once and kept. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;

  /** @param dataDir folder of the file, made if absent, or `:memory:` */
  constructor(dataDir: string, durability: Durability) {
    if (dataDir !== ':memory:') mkdirSync(dataDir, { recursive: true });
    this.#db = new DatabaseSync(dataDir === ':memory:' ? dataDir : join(dataDir, 'stepfunctions.sqlite'));
    try {
      this.#db.exec(`
        PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'};
        PRAGMA wal_autocheckpoint = ${WAL_PAGES};
        PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
        PRAGMA cache_size = -${PAGE_CACHE_KIB};
        PRAGMA temp_store = MEMORY;
      `);
      this.#migrate();
    } catch (cause) {
      this.#db.close();
      if (!isBusy(cause)) throw cause;
      throw new JournalLockedError(
        `Another process has the journal in ${dataDir} open: end it, or use another folder.`,
        {
          cause,
        },
      );
    }
  }

  #migrate(): void {
    const version = Number(this.#db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version === SCHEMA_VERSION) return;
    if (version !== 0) {
      throw new JournalVersionError(
        `The journal has version ${version}, this engine reads ${SCHEMA_VERSION}. Start it with another --data folder.`,
      );
    }
    this.transaction(() => this.#db.exec(`${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION};`));
  }

  /** The statement for this SQL, prepared at its first use. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  /** Runs `work` in one transaction: all of it is kept or, when it throws, none. May be nested: the outer one counts. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    this.statement('BEGIN IMMEDIATE').run();
    this.#inTransaction = true;
    try {
      const result = work();
      this.statement('COMMIT').run();
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.statement('ROLLBACK').run();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** Gives free pages back to the file system, at most `pages` of them. */
  vacuum(pages: number): void {
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}
