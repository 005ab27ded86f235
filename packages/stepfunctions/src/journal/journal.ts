import { randomBytes } from 'node:crypto';
import type { Durability } from '../options.ts';
import { ActivityStore } from './activity-store.ts';
import { Database, textOf } from './database.ts';
import { ExecutionStore } from './execution-store.ts';
import { HistoryStore } from './history-store.ts';
import { MapRunStore } from './map-run-store.ts';
import { RetentionStore } from './retention-store.ts';
import { StateMachineStore } from './state-machine-store.ts';
import { StateStore } from './state-store.ts';
import { TagStore } from './tag-store.ts';
import { TokenStore } from './token-store.ts';
import { AliasStore, VersionStore } from './version-store.ts';

/** Everything that outlives the process, in one SQLite file that one process at a time has open. */
export class Journal {
  readonly database: Database;
  readonly stateMachines: StateMachineStore;
  readonly versions: VersionStore;
  readonly aliases: AliasStore;
  readonly activities: ActivityStore;
  readonly tags: TagStore;
  readonly executions: ExecutionStore;
  readonly states: StateStore;
  readonly history: HistoryStore;
  readonly tokens: TokenStore;
  readonly mapRuns: MapRunStore;
  readonly retention: RetentionStore;

  /**
   * @param dataDir folder of the file, or `:memory:`
   * @param report gets the errors of background work; by default they become process warnings
   */
  constructor(dataDir: string, durability: Durability, report?: (error: unknown) => void) {
    this.database = new Database(dataDir, durability, report);
    this.stateMachines = new StateMachineStore(this.database);
    this.versions = new VersionStore(this.database);
    this.aliases = new AliasStore(this.database);
    this.activities = new ActivityStore(this.database);
    this.tags = new TagStore(this.database);
    this.executions = new ExecutionStore(this.database);
    this.states = new StateStore(this.database);
    this.history = new HistoryStore(this.database);
    this.tokens = new TokenStore(this.database);
    this.mapRuns = new MapRunStore(this.database);
    this.retention = new RetentionStore(this.database);
  }

  /** A random key per journal, which signs page tokens. */
  secret(): string {
    const db = this.database;
    const found = db.statement("SELECT value FROM settings WHERE name = 'secret'").get();
    if (found) {
      return textOf(found, 'value');
    }
    const made = randomBytes(32).toString('hex');
    db.statement("INSERT INTO settings (name, value) VALUES ('secret', ?)").run(made);
    return made;
  }

  /** Runs `work` in one transaction, which is rolled back when it throws. */
  transaction<T>(work: () => T): T {
    return this.database.transaction(work);
  }

  /** Resolves once the data folder is unlocked. */
  close(): Promise<void> {
    return this.database.close();
  }
}
