import type { Database } from './database.ts';
import { integerOf } from './row.ts';

const TABLES_OF_AN_EXECUTION = ['states', 'history', 'tokens', 'map_runs'];

/** Takes finished executions out of the journal. */
export class RetentionStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** How many finished executions there are. Reads an index from end to end: ask once. */
  countFinished(): number {
    const row = this.#db.statement('SELECT COUNT(*) AS n FROM executions WHERE stopped_at IS NOT NULL').get();
    return row ? integerOf(row, 'n') : 0;
  }

  /** The executions that ended first, at most `limit`, all of them before `before` (milliseconds since the epoch). */
  oldestFinished(before: number, limit: number): readonly number[] {
    return this.#db
      .statement('SELECT id FROM executions WHERE stopped_at < ? ORDER BY stopped_at LIMIT ?')
      .all(before, limit)
      .map((row) => integerOf(row, 'id'));
  }

  /** Drops executions with all that belongs to them. */
  drop(executions: readonly number[]): void {
    this.#db.transaction(() => {
      for (const id of executions) {
        for (const table of TABLES_OF_AN_EXECUTION) {
          this.#db.statement(`DELETE FROM ${table} WHERE execution = ?`).run(id);
        }
        this.#db.statement('DELETE FROM executions WHERE id = ?').run(id);
      }
    });
  }

  /** Revisions that nothing refers to: no state machine, no version, no execution. */
  unusedRevisions(): readonly number[] {
    return this.#db
      .statement(
        `SELECT id FROM revisions WHERE
           id NOT IN (SELECT revision FROM state_machines)
           AND id NOT IN (SELECT revision FROM versions)
           AND NOT EXISTS (SELECT 1 FROM executions WHERE executions.revision = revisions.id)`,
      )
      .all()
      .map((row) => integerOf(row, 'id'));
  }

  dropRevision(id: number): void {
    this.#db.statement('DELETE FROM revisions WHERE id = ?').run(id);
  }

  /** Gives at most `pages` free pages back to the file system. */
  shrink(pages: number): void {
    this.#db.vacuum(pages);
  }
}
