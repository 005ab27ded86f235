import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { Durability } from '../options.ts';
import { Checkpointer } from './checkpointer.ts';
import { DataLock } from './data-lock.ts';
import { explainFileError } from './journal-file-error.ts';
import { MIGRATIONS, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** Thrown when the journal was written by a version of the engine that this one cannot read. */
export class JournalVersionError extends Error {
  override readonly name = 'JournalVersionError';
}

/** How long to wait for a checkpoint of the worker thread. */
const BUSY_TIMEOUT_MS = 5_000;
/**
 * Pages of 4 KiB in the write-ahead log at which this thread makes a checkpoint itself. The worker thread has done
 * nearly all the work by then. But under constant writes only this thread can restart the log.
 */
const WAL_PAGES = 16_000;
/** The size to which the write-ahead log is truncated when it restarts. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
const PAGE_CACHE_KIB = 65_536;

function warn(error: unknown): void {
  process.emitWarning(`journal: a checkpoint failed: ${String(error)}`);
}

/** One SQLite file. Statements are prepared once and kept. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #lock: DataLock | undefined;
  readonly #checkpointer: Checkpointer | undefined;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;

  /**
   * @param dataDir folder of the file, made if absent, or `:memory:`
   * @param report gets the errors of background work
   * @throws {JournalLockedError} another process holds the folder
   * @throws {JournalFileError} the files cannot be used: damaged, read-only, on a full disk
   * @throws {JournalVersionError} the file was written by another version
   */
  constructor(dataDir: string, durability: Durability, report: (error: unknown) => void = warn) {
    const isInMemory = dataDir === ':memory:';
    const file = isInMemory ? dataDir : join(dataDir, 'stepfunctions.sqlite');
    this.#lock = isInMemory ? undefined : lockFolder(dataDir);
    try {
      this.#db = new DatabaseSync(file);
    } catch (error) {
      this.#lock?.release();
      throw explainFileError(file, error);
    }
    try {
      this.#db.exec(`
        PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'};
        PRAGMA wal_autocheckpoint = ${WAL_PAGES};
        PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
        PRAGMA cache_size = -${PAGE_CACHE_KIB};
        PRAGMA temp_store = MEMORY;
      `);
      this.#migrate();
    } catch (error) {
      this.#db.close();
      this.#lock?.release();
      throw explainFileError(file, error);
    }
    this.#checkpointer = isInMemory ? undefined : new Checkpointer(file, report);
  }

  #migrate(): void {
    const version = Number(this.#db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version === SCHEMA_VERSION) {
      return;
    }
    const steps = version === 0 ? [SCHEMA] : stepsFrom(version);
    this.transaction(() => this.#db.exec(`${steps.join(';')}; PRAGMA user_version = ${SCHEMA_VERSION};`));
  }

  /** The statement for this SQL, prepared at its first use. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) {
      return known;
    }
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  /** Runs `work` in one transaction, which is rolled back when it throws. Nested calls join the outer transaction. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) {
      return work();
    }
    this.statement('BEGIN IMMEDIATE').run();
    this.#inTransaction = true;
    try {
      const result = work();
      this.statement('COMMIT').run();
      this.#checkpointer?.written();
      return result;
    } catch (error) {
      if (this.#db.isTransaction) {
        this.statement('ROLLBACK').run();
      }
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** Returns at most `pages` free pages to the file system. */
  vacuum(pages: number): void {
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`);
  }

  /** Resolves once the folder is unlocked. */
  async close(): Promise<void> {
    this.#statements.clear();
    await this.#checkpointer?.close();
    this.#db.close();
    this.#lock?.release();
  }
}

function lockFolder(dataDir: string): DataLock {
  try {
    mkdirSync(dataDir, { recursive: true });
    return new DataLock(dataDir);
  } catch (error) {
    throw explainFileError(join(dataDir, 'lock.sqlite'), error);
  }
}

/** @throws {JournalVersionError} no migration leads from that version to this engine's */
function stepsFrom(version: number): readonly string[] {
  const steps: string[] = [];
  for (let at = version; at !== SCHEMA_VERSION; at += 1) {
    const step = MIGRATIONS[at];
    if (step === undefined) {
      throw new JournalVersionError(
        `The journal has version ${version}, this engine reads ${SCHEMA_VERSION}. Start it with another --data folder.`,
      );
    }
    steps.push(step);
  }
  return steps;
}

/** A row of SQLite. */
export type Row = { readonly [column: string]: SQLOutputValue };

function wrongType(row: Row, column: string, wanted: string): TypeError {
  return new TypeError(
    `journal: column ${column} holds ${row[column] === null ? 'null' : typeof row[column]}, not ${wanted}`,
  );
}

/** A text column that is never null. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') {
    throw wrongType(row, column, 'text');
  }
  return value;
}

/** A text column that may be null. */
export function textOrNothing(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

/** An integer column that is never null. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') {
    throw wrongType(row, column, 'an integer');
  }
  return value;
}

/** An integer column that may be null. */
export function integerOrNothing(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integerOf(row, column);
}
