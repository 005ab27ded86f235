import type { Database } from './database.ts';
import { integerOf, type Row, textOrNothing } from './row.ts';

/** A published version. */
export interface Version {
  readonly stateMachine: number;
  readonly version: number;
  readonly revision: number;
  readonly description: string | undefined;
  readonly createdAt: number;
}

function versionOf(row: Row): Version {
  return {
    stateMachine: integerOf(row, 'state_machine'),
    version: integerOf(row, 'version'),
    revision: integerOf(row, 'revision'),
    description: textOrNothing(row, 'description'),
    createdAt: integerOf(row, 'created_at'),
  };
}

/** Published versions of state machines. */
export class VersionStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(version: Version): void {
    this.#db
      .statement(
        'INSERT INTO versions (state_machine, version, revision, description, created_at) VALUES (?, ?, ?, ?, ?)',
      )
      .run(version.stateMachine, version.version, version.revision, version.description ?? null, version.createdAt);
  }

  find(stateMachine: number, version: number): Version | undefined {
    const row = this.#db
      .statement('SELECT * FROM versions WHERE state_machine = ? AND version = ?')
      .get(stateMachine, version);
    return row && versionOf(row);
  }

  /** Newest first, those with a number below `before`. */
  list(stateMachine: number, limit: number, before = Number.MAX_SAFE_INTEGER): readonly Version[] {
    return this.#db
      .statement('SELECT * FROM versions WHERE state_machine = ? AND version < ? ORDER BY version DESC LIMIT ?')
      .all(stateMachine, before, limit)
      .map(versionOf);
  }

  delete(stateMachine: number, version: number): void {
    this.#db.statement('DELETE FROM versions WHERE state_machine = ? AND version = ?').run(stateMachine, version);
  }

  count(stateMachine: number): number {
    const row = this.#db.statement('SELECT COUNT(*) AS n FROM versions WHERE state_machine = ?').get(stateMachine);
    return row ? integerOf(row, 'n') : 0;
  }
}
