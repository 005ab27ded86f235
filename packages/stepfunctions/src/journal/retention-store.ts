import { type Database, integerOf } from './database.ts';

const TABLES_OF_AN_EXECUTION = ['states', 'history', 'tokens', 'map_runs'];

/** Deletes finished executions from the journal. */
export class RetentionStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The number of finished executions, without children. It scans an index, so call it once. */
  countFinished(): number {
    const row = this.#db
      .statement('SELECT COUNT(*) AS n FROM executions WHERE stopped_at IS NOT NULL AND map_run IS NULL')
      .get();
    return row ? integerOf(row, 'n') : 0;
  }

  /** The executions that ended first, at most `limit`, all of them before `before` (milliseconds since the epoch). */
  oldestFinished(before: number, limit: number): readonly number[] {
    return this.#db
      .statement('SELECT id FROM executions WHERE stopped_at < ? AND map_run IS NULL ORDER BY stopped_at LIMIT ?')
      .all(before, limit)
      .map((row) => integerOf(row, 'id'));
  }

  /**
   * Drops executions with all their rows, at most `limit` executions including children. One with more children than
   * that is dropped over several calls. It can no longer be redriven after the first.
   *
   * @returns how many of the given executions are gone
   */
  drop(executions: readonly number[], limit: number): number {
    return this.#db.transaction(() => {
      let left = limit;
      let gone = 0;
      for (const id of executions) {
        this.#db.statement('DELETE FROM states WHERE execution = ?').run(id);
        const children = this.#childrenOf(id, left);
        for (const child of children) {
          this.#dropOne(child);
        }
        left -= children.length;
        if (left <= 0) {
          break;
        }
        this.#dropOne(id);
        gone += 1;
        left -= 1;
      }
      return gone;
    });
  }

  #childrenOf(execution: number, limit: number): readonly number[] {
    return this.#db
      .statement('SELECT id FROM executions WHERE parent = ? AND map_run IS NOT NULL LIMIT ?')
      .all(execution, limit)
      .map((row) => integerOf(row, 'id'));
  }

  #dropOne(id: number): void {
    for (const table of TABLES_OF_AN_EXECUTION) {
      this.#db.statement(`DELETE FROM ${table} WHERE execution = ?`).run(id);
    }
    this.#db.statement('DELETE FROM executions WHERE id = ?').run(id);
  }

  /** Revisions to which no state machine, version or execution refers. */
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

  /** Returns at most `pages` free pages to the file system. */
  shrink(pages: number): void {
    this.#db.vacuum(pages);
  }
}
