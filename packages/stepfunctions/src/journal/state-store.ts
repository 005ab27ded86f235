import { type Database, integerOf, textOf } from './database.ts';

/** When an execution has to be woken up, unless an answer to a task does so first. */
export interface WakeUp {
  /** Its earliest timer: milliseconds since the epoch. */
  readonly dueAt: number | undefined;
  /** Running tasks that the engine itself has to restart after a crash. */
  readonly tasksOut: number;
}

/** The core's state of each execution that runs or may be redriven. */
export class StateStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The state as JSON text. */
  read(execution: number): string | undefined {
    const row = this.#db.statement('SELECT state FROM states WHERE execution = ?').get(execution);
    return row && textOf(row, 'state');
  }

  insert(execution: number, state: string, wakeUp: WakeUp): void {
    this.#db
      .statement('INSERT INTO states (execution, state, due_at, tasks_out) VALUES (?, ?, ?, ?)')
      .run(execution, state, wakeUp.dueAt ?? null, wakeUp.tasksOut);
  }

  update(execution: number, state: string, wakeUp: WakeUp): void {
    this.#db
      .statement('UPDATE states SET state = ?, due_at = ?, tasks_out = ? WHERE execution = ?')
      .run(state, wakeUp.dueAt ?? null, wakeUp.tasksOut, execution);
  }

  delete(execution: number): void {
    this.#db.statement('DELETE FROM states WHERE execution = ?').run(execution);
  }

  /** Executions with a timer due by `at`, most overdue first. */
  due(at: number, limit: number): readonly number[] {
    return this.#db
      .statement('SELECT execution FROM states WHERE due_at <= ? ORDER BY due_at LIMIT ?')
      .all(at, limit)
      .map((row) => integerOf(row, 'execution'));
  }

  /** Moves the due time of an execution that is still due at `at` to `until`. */
  postpone(execution: number, at: number, until: number): void {
    this.#db.statement('UPDATE states SET due_at = ? WHERE execution = ? AND due_at <= ?').run(until, execution, at);
  }

  /** When the next timer is due. */
  nextDue(): number | undefined {
    const row = this.#db.statement('SELECT due_at FROM states WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1').get();
    return row && integerOf(row, 'due_at');
  }

  /** Executions with running tasks, oldest first. */
  withTasksOut(): readonly number[] {
    return this.#db
      .statement('SELECT execution FROM states WHERE tasks_out > 0 ORDER BY execution')
      .all()
      .map((row) => integerOf(row, 'execution'));
  }
}
