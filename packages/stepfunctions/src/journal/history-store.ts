import type { HistoryEvent } from '../core/history-event.ts';
import { type Database, textOf } from './database.ts';

/** Execution histories: one row for the events of each commit. */
export class HistoryStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  append(execution: number, events: readonly HistoryEvent[]): void {
    const first = events[0];
    if (!first) {
      return;
    }
    this.#db
      .statement('INSERT INTO history (execution, first_id, events) VALUES (?, ?, ?)')
      .run(execution, first.id, JSON.stringify(events));
  }

  /** Id of the latest event, which is the number of events. */
  lastId(execution: number): number {
    return this.backwards(execution, Number.MAX_SAFE_INTEGER, 1)[0]?.id ?? 0;
  }

  /** At most `limit` events in ascending order, starting with id `from`. */
  forwards(execution: number, from: number, limit: number): readonly HistoryEvent[] {
    const rows = this.#db
      .statement(
        `SELECT events FROM history WHERE execution = ?1 AND first_id >=
           COALESCE((SELECT MAX(first_id) FROM history WHERE execution = ?1 AND first_id <= ?2), 0) ORDER BY first_id`,
      )
      .iterate(execution, from);
    const found: HistoryEvent[] = [];
    for (const row of rows) {
      for (const event of JSON.parse(textOf(row, 'events')) as readonly HistoryEvent[]) {
        if (event.id >= from && found.length < limit) {
          found.push(event);
        }
      }
      if (found.length >= limit) {
        break;
      }
    }
    return found;
  }

  /** At most `limit` events in descending order, starting with id `from`. */
  backwards(execution: number, from: number, limit: number): readonly HistoryEvent[] {
    const rows = this.#db
      .statement('SELECT events FROM history WHERE execution = ? AND first_id <= ? ORDER BY first_id DESC')
      .iterate(execution, from);
    const found: HistoryEvent[] = [];
    for (const row of rows) {
      for (const event of (JSON.parse(textOf(row, 'events')) as readonly HistoryEvent[]).toReversed()) {
        if (event.id <= from && found.length < limit) {
          found.push(event);
        }
      }
      if (found.length >= limit) {
        break;
      }
    }
    return found;
  }
}
