import { type Database, integerOf, type Row, textOf, textOrNothing } from './database.ts';

/**
 * A task that is answered by its token from outside the engine.
 * - SCHEDULED: an activity task that no worker has fetched
 * - OPEN: a worker or a callback has the token
 * - CLOSED: the task is over; a late answer gets TaskTimedOut
 */
export interface TaskToken {
  readonly token: string;
  readonly execution: number;
  readonly taskId: string;
  readonly status: 'SCHEDULED' | 'OPEN' | 'CLOSED';
  readonly activityArn: string | undefined;
  /** JSON text. */
  readonly activityInput: string | undefined;
}

function tokenOf(row: Row): TaskToken {
  return {
    token: textOf(row, 'token'),
    execution: integerOf(row, 'execution'),
    taskId: textOf(row, 'task_id'),
    status: textOf(row, 'status') as TaskToken['status'],
    activityArn: textOrNothing(row, 'activity_arn'),
    activityInput: textOrNothing(row, 'activity_input'),
  };
}

/** Task tokens. They are kept as long as their execution. */
export class TokenStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  find(token: string): TaskToken | undefined {
    const row = this.#db.statement('SELECT * FROM tokens WHERE token = ?').get(token);
    return row && tokenOf(row);
  }

  insert(token: TaskToken): void {
    this.#db
      .statement(
        'INSERT INTO tokens (token, execution, task_id, status, activity_arn, activity_input) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(
        token.token,
        token.execution,
        token.taskId,
        token.status,
        token.activityArn ?? null,
        token.activityInput ?? null,
      );
  }

  /** Notes that a worker fetched the task. */
  open(execution: number, taskId: string): void {
    this.#db
      .statement("UPDATE tokens SET status = 'OPEN', activity_input = NULL WHERE execution = ? AND task_id = ?")
      .run(execution, taskId);
  }

  /** Notes that the task is over. */
  close(execution: number, taskId: string): void {
    this.#db
      .statement("UPDATE tokens SET status = 'CLOSED', activity_input = NULL WHERE execution = ? AND task_id = ?")
      .run(execution, taskId);
  }

  /** Tasks of an activity that no worker has fetched, oldest executions first. */
  scheduled(activityArn: string, limit: number): readonly TaskToken[] {
    return this.#db
      .statement("SELECT * FROM tokens WHERE activity_arn = ? AND status = 'SCHEDULED' ORDER BY execution LIMIT ?")
      .all(activityArn, limit)
      .map(tokenOf);
  }
}
