import { type Database, integerOf, type Row, textOf } from './database.ts';

/** An activity: work that a program polls for and answers. */
export interface Activity {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
}

function activityOf(row: Row): Activity {
  return {
    arn: textOf(row, 'arn'),
    name: textOf(row, 'name'),
    createdAt: integerOf(row, 'created_at'),
  };
}

/** Activities. Their tasks are in {@link TokenStore}. */
export class ActivityStore {
  readonly #db: Database;
  /** Whether an activity exists, as far as it was asked since the last change. Each step of an execution asks. */
  readonly #known = new Map<string, boolean>();

  constructor(db: Database) {
    this.#db = db;
  }

  exists(arn: string): boolean {
    const known = this.#known.get(arn);
    if (known !== undefined) {
      return known;
    }
    const exists = this.find(arn) !== undefined;
    this.#known.set(arn, exists);
    return exists;
  }

  find(arn: string): Activity | undefined {
    const row = this.#db.statement('SELECT * FROM activities WHERE arn = ?').get(arn);
    return row && activityOf(row);
  }

  create(activity: Activity): void {
    this.#known.clear();
    this.#db
      .statement('INSERT INTO activities (arn, name, created_at) VALUES (?, ?, ?)')
      .run(activity.arn, activity.name, activity.createdAt);
  }

  /** At most `limit` in order of ARN, those behind `after`. */
  list(limit: number, after = ''): readonly Activity[] {
    return this.#db
      .statement('SELECT * FROM activities WHERE arn > ? ORDER BY arn LIMIT ?')
      .all(after, limit)
      .map(activityOf);
  }

  delete(arn: string): void {
    this.#known.clear();
    this.#db.statement('DELETE FROM activities WHERE arn = ?').run(arn);
  }
}
