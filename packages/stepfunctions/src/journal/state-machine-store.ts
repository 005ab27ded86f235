import { type Database, integerOf, type Row, textOf, textOrNothing } from './database.ts';

/** Standard executions are journaled; express ones live in memory. */
export type StateMachineType = 'STANDARD' | 'EXPRESS';

/** One revision of a state machine. It is kept as long as an execution refers to it. */
export interface Revision {
  readonly id: number;
  readonly stateMachine: number;
  readonly arn: string;
  readonly name: string;
  readonly type: StateMachineType;
  /** Absent for the first revision, as on AWS. */
  readonly revisionId: string | undefined;
  readonly definition: string;
  readonly roleArn: string;
  /** JSON text in AWS's shape, like the two below. */
  readonly logging: string;
  readonly tracing: string;
  readonly encryption: string;
  /** Milliseconds since the epoch, here and in all records. */
  readonly createdAt: number;
}

/** A state machine. Its current revision has the definition. */
export interface StateMachine {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly type: StateMachineType;
  readonly status: 'ACTIVE' | 'DELETING';
  readonly createdAt: number;
  readonly revision: number;
  readonly lastVersion: number;
}

/** The members of a new revision that do not come from the state machine. */
export type NewRevision = Pick<
  Revision,
  'revisionId' | 'definition' | 'roleArn' | 'logging' | 'tracing' | 'encryption'
>;

function revisionOf(row: Row): Revision {
  return {
    id: integerOf(row, 'id'),
    stateMachine: integerOf(row, 'state_machine'),
    arn: textOf(row, 'arn'),
    name: textOf(row, 'name'),
    type: textOf(row, 'type') as StateMachineType,
    revisionId: textOrNothing(row, 'revision_id'),
    definition: textOf(row, 'definition'),
    roleArn: textOf(row, 'role_arn'),
    logging: textOf(row, 'logging'),
    tracing: textOf(row, 'tracing'),
    encryption: textOf(row, 'encryption'),
    createdAt: integerOf(row, 'created_at'),
  };
}

function stateMachineOf(row: Row): StateMachine {
  return {
    id: integerOf(row, 'id'),
    arn: textOf(row, 'arn'),
    name: textOf(row, 'name'),
    type: textOf(row, 'type') as StateMachineType,
    status: textOf(row, 'status') as StateMachine['status'],
    createdAt: integerOf(row, 'created_at'),
    revision: integerOf(row, 'revision'),
    lastVersion: integerOf(row, 'last_version'),
  };
}

const REVISIONS_KEPT_IN_MEMORY = 1_000;

/** State machines and their revisions. */
export class StateMachineStore {
  readonly #db: Database;
  readonly #byArn = new Map<string, StateMachine>();
  readonly #revisions = new Map<number, Revision>();

  constructor(db: Database) {
    this.#db = db;
  }

  find(arn: string): StateMachine | undefined {
    const known = this.#byArn.get(arn);
    if (known) {
      return known;
    }
    const row = this.#db.statement('SELECT * FROM state_machines WHERE arn = ?').get(arn);
    if (!row) {
      return undefined;
    }
    const machine = stateMachineOf(row);
    this.#byArn.set(arn, machine);
    return machine;
  }

  /** @throws {Error} there is no such revision, although executions keep theirs */
  revision(id: number): Revision {
    const known = this.#revisions.get(id);
    if (known) {
      return known;
    }
    const row = this.#db.statement('SELECT * FROM revisions WHERE id = ?').get(id);
    if (!row) {
      throw new Error(`journal: revision ${id} is missing`);
    }
    const revision = revisionOf(row);
    if (this.#revisions.size >= REVISIONS_KEPT_IN_MEMORY) {
      this.#revisions.clear();
    }
    this.#revisions.set(id, revision);
    return revision;
  }

  create(machine: Pick<StateMachine, 'arn' | 'name' | 'type' | 'createdAt'>, first: NewRevision): StateMachine {
    return this.#db.transaction(() => {
      const { lastInsertRowid } = this.#db
        .statement(
          'INSERT INTO state_machines (arn, name, type, status, created_at, revision) VALUES (?, ?, ?, ?, ?, 0)',
        )
        .run(machine.arn, machine.name, machine.type, 'ACTIVE', machine.createdAt);
      const id = Number(lastInsertRowid);
      return this.revise({ ...machine, id, status: 'ACTIVE', revision: 0, lastVersion: 0 }, first, machine.createdAt);
    });
  }

  /** Adds a revision and makes it the current one. */
  revise(machine: StateMachine, next: NewRevision, at: number): StateMachine {
    this.#byArn.delete(machine.arn);
    return this.#db.transaction(() => {
      const { lastInsertRowid } = this.#db
        .statement(
          `INSERT INTO revisions (state_machine, arn, name, type, revision_id, definition, role_arn, logging, tracing, encryption, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          machine.id,
          machine.arn,
          machine.name,
          machine.type,
          next.revisionId ?? null,
          next.definition,
          next.roleArn,
          next.logging,
          next.tracing,
          next.encryption,
          at,
        );
      const revision = Number(lastInsertRowid);
      this.#db.statement('UPDATE state_machines SET revision = ? WHERE id = ?').run(revision, machine.id);
      return { ...machine, revision };
    });
  }

  /** At most `limit`, newest first, those behind `after`. */
  list(limit: number, after: { createdAt: number; id: number } | undefined): readonly StateMachine[] {
    const from = after ?? { createdAt: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };
    return this.#db
      .statement(
        'SELECT * FROM state_machines WHERE (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?',
      )
      .all(from.createdAt, from.id, limit)
      .map(stateMachineOf);
  }

  /** Marks as DELETING. {@link dropDeleted} deletes it once none of its executions runs. */
  markDeleting(machine: StateMachine): void {
    this.#byArn.delete(machine.arn);
    this.#db.statement("UPDATE state_machines SET status = 'DELETING' WHERE id = ?").run(machine.id);
  }

  /** Deletes state machines that are DELETING and have no running execution, with their versions, aliases and tags. */
  dropDeleted(): void {
    this.#db.transaction(() => {
      const gone = this.#db
        .statement(
          `SELECT * FROM state_machines AS machine WHERE status = 'DELETING' AND NOT EXISTS
             (SELECT 1 FROM executions WHERE state_machine = machine.id AND status = 'RUNNING')`,
        )
        .all()
        .map(stateMachineOf);
      for (const machine of gone) {
        this.#byArn.delete(machine.arn);
        this.#db.statement('DELETE FROM versions WHERE state_machine = ?').run(machine.id);
        this.#db.statement('DELETE FROM aliases WHERE state_machine = ?').run(machine.id);
        this.#db.statement('DELETE FROM tags WHERE arn = ?').run(machine.arn);
        this.#db.statement('DELETE FROM state_machines WHERE id = ?').run(machine.id);
      }
    });
  }

  /** Takes the next version number of a state machine. Numbers are never used twice. */
  nextVersion(machine: StateMachine): number {
    this.#byArn.delete(machine.arn);
    const row = this.#db
      .statement('UPDATE state_machines SET last_version = last_version + 1 WHERE id = ? RETURNING last_version')
      .get(machine.id);
    if (!row) {
      throw new Error(`journal: state machine ${machine.arn} is missing`);
    }
    return integerOf(row, 'last_version');
  }
}
