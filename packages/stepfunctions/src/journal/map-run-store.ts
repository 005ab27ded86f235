import type { MapRun } from '../core/execution.ts';
import { type Database, integerOf, textOf } from './database.ts';

/** A map run and the execution it belongs to. */
export interface StoredMapRun {
  readonly execution: number;
  readonly mapRun: MapRun;
}

/** Map runs of distributed Map states. */
export class MapRunStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  save(execution: number, mapRun: MapRun): void {
    this.#db
      .statement('INSERT OR REPLACE INTO map_runs (arn, execution, started_at, map_run) VALUES (?, ?, ?, ?)')
      .run(mapRun.arn, execution, mapRun.startedAt, JSON.stringify(mapRun));
  }

  find(arn: string): StoredMapRun | undefined {
    const row = this.#db.statement('SELECT execution, map_run FROM map_runs WHERE arn = ?').get(arn);
    return row && { execution: integerOf(row, 'execution'), mapRun: JSON.parse(textOf(row, 'map_run')) as MapRun };
  }

  /** At most `limit` in order of ARN, those behind `after`. */
  list(execution: number, limit: number, after = ''): readonly MapRun[] {
    return this.#db
      .statement('SELECT map_run FROM map_runs WHERE execution = ? AND arn > ? ORDER BY arn LIMIT ?')
      .all(execution, after, limit)
      .map((row) => JSON.parse(textOf(row, 'map_run')) as MapRun);
  }
}
