import type { Database } from './database.ts';
import { integerOf, type Row, textOf, textOrNothing } from './row.ts';

/** Which share of the executions started through an alias a version gets. */
export interface Route {
  readonly stateMachineVersionArn: string;
  /** Percent. */
  readonly weight: number;
}

/** A name for one or two versions of a state machine. */
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

  /** By name, those after `after`. */
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
