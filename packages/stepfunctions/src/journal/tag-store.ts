import { type Database, textOf } from './database.ts';

/** A tag of a state machine or an activity. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Tags by ARN. */
export class TagStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  of(arn: string): readonly Tag[] {
    return this.#db
      .statement('SELECT key, value FROM tags WHERE arn = ? ORDER BY key')
      .all(arn)
      .map((row) => ({ key: textOf(row, 'key'), value: textOf(row, 'value') }));
  }

  /** Adds tags. A known key gets the new value. */
  add(arn: string, tags: readonly Tag[]): void {
    const statement = this.#db.statement('INSERT OR REPLACE INTO tags (arn, key, value) VALUES (?, ?, ?)');
    for (const { key, value } of tags) {
      statement.run(arn, key, value);
    }
  }

  remove(arn: string, keys: readonly string[]): void {
    const statement = this.#db.statement('DELETE FROM tags WHERE arn = ? AND key = ?');
    for (const key of keys) {
      statement.run(arn, key);
    }
  }

  removeAll(arn: string): void {
    this.#db.statement('DELETE FROM tags WHERE arn = ?').run(arn);
  }
}
