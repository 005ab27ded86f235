import { type Database, integerOf, type Row, textOf, textOrNothing } from './database.ts';

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

  /** At most `limit`, newest first, those with a number below `before`. */
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

/** The share of an alias's executions that a version gets. */
export interface Route {
  readonly stateMachineVersionArn: string;
  /** Percent. */
  readonly weight: number;
}

/** A name that routes to one or two versions of a state machine. */
export interface Alias {
  readonly arn: string;
  readonly stateMachine: number;
  readonly name: string;
  readonly description: string | undefined;
  readonly routes: readonly Route[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

function aliasOf(row: Row): Alias {
  return {
    arn: textOf(row, 'arn'),
    stateMachine: integerOf(row, 'state_machine'),
    name: textOf(row, 'name'),
    description: textOrNothing(row, 'description'),
    routes: JSON.parse(textOf(row, 'routing')) as readonly Route[],
    createdAt: integerOf(row, 'created_at'),
    updatedAt: integerOf(row, 'updated_at'),
  };
}

/** Aliases of state machines. */
export class AliasStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  find(arn: string): Alias | undefined {
    const row = this.#db.statement('SELECT * FROM aliases WHERE arn = ?').get(arn);
    return row && aliasOf(row);
  }

  /** Creates or replaces. */
  save(alias: Alias): void {
    this.#db
      .statement(
        `INSERT OR REPLACE INTO aliases (arn, state_machine, name, description, routing, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        alias.arn,
        alias.stateMachine,
        alias.name,
        alias.description ?? null,
        JSON.stringify(alias.routes),
        alias.createdAt,
        alias.updatedAt,
      );
  }

  /** At most `limit` in order of name, those behind `after`. */
  list(stateMachine: number, limit: number, after = ''): readonly Alias[] {
    return this.#db
      .statement('SELECT * FROM aliases WHERE state_machine = ? AND name > ? ORDER BY name LIMIT ?')
      .all(stateMachine, after, limit)
      .map(aliasOf);
  }

  delete(arn: string): void {
    this.#db.statement('DELETE FROM aliases WHERE arn = ?').run(arn);
  }
}
