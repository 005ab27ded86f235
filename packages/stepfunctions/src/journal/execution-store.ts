import type { Execution, ExecutionStatus } from '../core/execution.ts';
import { type Database, integerOf, integerOrNothing, type Row, textOf, textOrNothing } from './database.ts';

/** A task of another execution that started this one. */
export interface ParentTask {
  readonly execution: number;
  readonly taskId: string;
  /** The task waits for the end of this execution (`startExecution.sync`). */
  readonly waits: boolean;
}

/** An execution without the core's state. */
export interface ExecutionRecord {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly stateMachine: number;
  readonly revision: number;
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
  readonly traceHeader: string | undefined;
  readonly status: ExecutionStatus;
  /** JSON text, exactly as the caller sent it. */
  readonly input: string;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly startedAt: number;
  readonly stoppedAt: number | undefined;
  readonly redriveCount: number;
  readonly redrivenAt: number | undefined;
  /** The client token of the latest redrive that had one. */
  readonly redriveToken: string | undefined;
  readonly parent: ParentTask | undefined;
  /** The map run of a distributed Map's child, and the number of its items. */
  readonly mapRunArn: string | undefined;
  readonly itemCount: number | undefined;
}

/** A distributed Map's child at its start. Its state is part of its parent's. */
export interface ChildRecord {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly parent: number;
  readonly revision: number;
  readonly input: string;
  readonly startedAt: number;
  readonly mapRunArn: string;
  readonly itemCount: number;
}

/** How an execution ended. */
export interface ExecutionEnd {
  readonly status: Exclude<ExecutionStatus, 'RUNNING'>;
  readonly output?: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly stoppedAt: number;
}

/** What the shell knows about an execution and the core does not. */
export interface ExecutionOrigin {
  readonly id: number;
  readonly stateMachine: number;
  readonly revision: number;
  readonly traceHeader?: string;
  readonly parent?: ParentTask;
}

/** Which executions are listed: those of a state machine, or the children of a map run. */
export interface ExecutionFilter {
  readonly of: { readonly stateMachine: number } | { readonly mapRunArn: string };
  readonly status?: ExecutionStatus;
  readonly redriven?: boolean;
  /** Only those started through this version or alias. */
  readonly qualifiedArn?: string;
  /** Keyset pagination: only ids below it. */
  readonly before?: number;
}

function parentOf(row: Row): ParentTask | undefined {
  const execution = integerOrNothing(row, 'parent');
  const taskId = textOrNothing(row, 'parent_task');
  if (execution === undefined || taskId === undefined) {
    return undefined;
  }
  return { execution, taskId, waits: integerOf(row, 'parent_waits') === 1 };
}

function recordOf(row: Row): ExecutionRecord {
  return {
    id: integerOf(row, 'id'),
    arn: textOf(row, 'arn'),
    name: textOf(row, 'name'),
    stateMachine: integerOf(row, 'state_machine'),
    revision: integerOf(row, 'revision'),
    versionArn: textOrNothing(row, 'version_arn'),
    aliasArn: textOrNothing(row, 'alias_arn'),
    traceHeader: textOrNothing(row, 'trace_header'),
    status: textOf(row, 'status') as ExecutionStatus,
    input: textOf(row, 'input'),
    output: textOrNothing(row, 'output'),
    error: textOrNothing(row, 'error'),
    cause: textOrNothing(row, 'cause'),
    startedAt: integerOf(row, 'started_at'),
    stoppedAt: integerOrNothing(row, 'stopped_at'),
    redriveCount: integerOf(row, 'redrive_count'),
    redrivenAt: integerOrNothing(row, 'redriven_at'),
    redriveToken: textOrNothing(row, 'redrive_token'),
    parent: parentOf(row),
    mapRunArn: textOrNothing(row, 'map_run'),
    itemCount: integerOrNothing(row, 'item_count'),
  };
}

/** Children are listed by their map run, not by state machine. */
const NO_STATE_MACHINE = 0;

const INSERT = `INSERT INTO executions
  (id, arn, name, state_machine, revision, version_arn, alias_arn, trace_header, status, input, output, error, cause,
   started_at, stopped_at, redrive_count, redriven_at, parent, parent_task, parent_waits)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const UPDATE = `UPDATE executions
  SET status = ?, output = ?, error = ?, cause = ?, stopped_at = ?, redrive_count = ?, redriven_at = ? WHERE id = ?`;

/** Executions, finished ones included until retention drops them. */
export class ExecutionStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The highest id ever given. */
  lastId(): number {
    const row = this.#db.statement("SELECT seq FROM sqlite_sequence WHERE name = 'executions'").get();
    return row ? integerOf(row, 'seq') : 0;
  }

  find(arn: string): ExecutionRecord | undefined {
    const row = this.#db.statement('SELECT * FROM executions WHERE arn = ?').get(arn);
    return row && recordOf(row);
  }

  findById(id: number): ExecutionRecord | undefined {
    const row = this.#db.statement('SELECT * FROM executions WHERE id = ?').get(id);
    return row && recordOf(row);
  }

  insert(origin: ExecutionOrigin, execution: Execution): void {
    this.#db
      .statement(INSERT)
      .run(
        origin.id,
        execution.arn,
        execution.name,
        origin.stateMachine,
        origin.revision,
        execution.versionArn ?? null,
        execution.aliasArn ?? null,
        origin.traceHeader ?? null,
        execution.status,
        execution.input,
        execution.output ?? null,
        execution.error ?? null,
        execution.cause ?? null,
        execution.startedAt,
        execution.stoppedAt ?? null,
        execution.redriveCount,
        execution.redriveDate ?? null,
        origin.parent?.execution ?? null,
        origin.parent?.taskId ?? null,
        origin.parent?.waits === true ? 1 : 0,
      );
  }

  /** Writes the members that an end or a redrive changes. */
  update(id: number, execution: Execution): void {
    this.#db
      .statement(UPDATE)
      .run(
        execution.status,
        execution.output ?? null,
        execution.error ?? null,
        execution.cause ?? null,
        execution.stoppedAt ?? null,
        execution.redriveCount,
        execution.redriveDate ?? null,
        id,
      );
  }

  insertChild(child: ChildRecord): void {
    this.#db
      .statement(
        `INSERT INTO executions (id, arn, name, state_machine, revision, status, input, started_at, parent, map_run, item_count)
         VALUES (?, ?, ?, ${NO_STATE_MACHINE}, ?, 'RUNNING', ?, ?, ?, ?, ?)`,
      )
      .run(
        child.id,
        child.arn,
        child.name,
        child.revision,
        child.input,
        child.startedAt,
        child.parent,
        child.mapRunArn,
        child.itemCount,
      );
  }

  endChild(id: number, end: ExecutionEnd): void {
    this.#db
      .statement('UPDATE executions SET status = ?, output = ?, error = ?, cause = ?, stopped_at = ? WHERE id = ?')
      .run(end.status, end.output ?? null, end.error ?? null, end.cause ?? null, end.stoppedAt, id);
  }

  /** Notes that a child runs again, because its map run was redriven. */
  redriveChild(id: number, redriveCount: number, at: number): void {
    this.#db
      .statement(
        `UPDATE executions SET status = 'RUNNING', output = NULL, error = NULL, cause = NULL, stopped_at = NULL,
         redrive_count = ?, redriven_at = ? WHERE id = ?`,
      )
      .run(redriveCount, at, id);
  }

  setRedriveToken(id: number, token: string): void {
    this.#db.statement('UPDATE executions SET redrive_token = ? WHERE id = ?').run(token, id);
  }

  /** Newest first, at most `limit`. */
  list(filter: ExecutionFilter, limit: number): readonly ExecutionRecord[] {
    const [column, owner] =
      'stateMachine' in filter.of ? ['state_machine', filter.of.stateMachine] : ['map_run', filter.of.mapRunArn];
    const conditions = [`${column} = ?`, 'id < ?'];
    const values: (string | number)[] = [owner, filter.before ?? Number.MAX_SAFE_INTEGER];
    if (filter.status !== undefined) {
      conditions.push('status = ?');
      values.push(filter.status);
    }
    if (filter.redriven !== undefined) {
      conditions.push(filter.redriven ? 'redrive_count > 0' : 'redrive_count = 0');
    }
    if (filter.qualifiedArn !== undefined) {
      conditions.push('(version_arn = ? OR alias_arn = ?)');
      values.push(filter.qualifiedArn, filter.qualifiedArn);
    }
    return this.#db
      .statement(`SELECT * FROM executions WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`)
      .all(...values, limit)
      .map(recordOf);
  }

  /**
   * The children of a map run that ended well, or otherwise: failed, out of time, aborted. Oldest first, at most `limit`
   * with ids above `after`.
   */
  children(
    mapRunArn: string,
    outcome: 'SUCCEEDED' | 'FAILED',
    after: number,
    limit: number,
  ): readonly ExecutionRecord[] {
    const wanted = outcome === 'SUCCEEDED' ? "= 'SUCCEEDED'" : "IN ('FAILED', 'TIMED_OUT', 'ABORTED')";
    return this.#db
      .statement(`SELECT * FROM executions WHERE map_run = ? AND id > ? AND status ${wanted} ORDER BY id LIMIT ?`)
      .all(mapRunArn, after, limit)
      .map(recordOf);
  }

  /** Running executions that this task started and waits for. */
  awaitedBy(parent: number, taskId: string): readonly number[] {
    return this.#db
      .statement(
        "SELECT id FROM executions WHERE parent = ? AND parent_task = ? AND parent_waits = 1 AND status = 'RUNNING'",
      )
      .all(parent, taskId)
      .map((row) => integerOf(row, 'id'));
  }

  /** Running executions that some task started to wait for. The task may be over by now. */
  awaited(): readonly number[] {
    return this.#db
      .statement("SELECT id FROM executions WHERE parent_waits = 1 AND status = 'RUNNING'")
      .all()
      .map((row) => integerOf(row, 'id'));
  }

  /** How many are RUNNING. */
  countRunning(stateMachine: number): number {
    const row = this.#db
      .statement("SELECT COUNT(*) AS n FROM executions WHERE state_machine = ? AND status = 'RUNNING'")
      .get(stateMachine);
    return row ? integerOf(row, 'n') : 0;
  }
}
