/**
 * The journal's tables. Tables that every step writes are kept apart from those that are searched:
 * - `executions` changes only when an execution starts and ends
 * - `states` has the core's state, and two indexed columns by which timers and recovery find the executions to wake up
 * - `history` gets one row per commit, however many events that has
 */
export const SCHEMA_VERSION = 2;

export const SCHEMA = `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE state_machines (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  arn TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  last_version INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX state_machines_by_age ON state_machines (created_at DESC, id DESC);

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state_machine INTEGER NOT NULL,
  arn TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  revision_id TEXT,
  definition TEXT NOT NULL,
  role_arn TEXT NOT NULL,
  logging TEXT NOT NULL,
  tracing TEXT NOT NULL,
  encryption TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX revisions_of_machine ON revisions (state_machine);

CREATE TABLE versions (
  state_machine INTEGER NOT NULL,
  version INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  description TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (state_machine, version)
) WITHOUT ROWID;

CREATE TABLE aliases (
  arn TEXT PRIMARY KEY,
  state_machine INTEGER NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  routing TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX aliases_of_machine ON aliases (state_machine, name);

CREATE TABLE activities (
  arn TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tags (
  arn TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (arn, key)
) WITHOUT ROWID;

CREATE TABLE executions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  arn TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  state_machine INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  version_arn TEXT,
  alias_arn TEXT,
  trace_header TEXT,
  status TEXT NOT NULL,
  input TEXT NOT NULL,
  output TEXT,
  error TEXT,
  cause TEXT,
  started_at INTEGER NOT NULL,
  stopped_at INTEGER,
  redrive_count INTEGER NOT NULL DEFAULT 0,
  redriven_at INTEGER,
  redrive_token TEXT,
  parent INTEGER,
  parent_task TEXT,
  parent_waits INTEGER NOT NULL DEFAULT 0,
  map_run TEXT,
  item_count INTEGER
);
CREATE INDEX executions_of_map_run ON executions (map_run, id) WHERE map_run IS NOT NULL;
CREATE INDEX executions_of_machine ON executions (state_machine, id);
CREATE INDEX executions_of_machine_by_status ON executions (state_machine, status, id);
CREATE INDEX executions_by_end ON executions (stopped_at) WHERE stopped_at IS NOT NULL AND map_run IS NULL;
CREATE INDEX executions_by_parent ON executions (parent, parent_task) WHERE parent IS NOT NULL;
CREATE INDEX executions_awaited ON executions (id) WHERE parent_waits = 1 AND status = 'RUNNING';
CREATE INDEX executions_of_revision ON executions (revision);

CREATE TABLE map_runs (
  arn TEXT PRIMARY KEY,
  execution INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  map_run TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX map_runs_of_execution ON map_runs (execution, arn);

CREATE TABLE states (
  execution INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  due_at INTEGER,
  tasks_out INTEGER NOT NULL
);
CREATE INDEX states_due ON states (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX states_with_tasks_out ON states (execution) WHERE tasks_out > 0;

CREATE TABLE history (
  execution INTEGER NOT NULL,
  first_id INTEGER NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (execution, first_id)
) WITHOUT ROWID;

CREATE TABLE tokens (
  token TEXT PRIMARY KEY,
  execution INTEGER NOT NULL,
  task_id TEXT NOT NULL,
  status TEXT NOT NULL,
  activity_arn TEXT,
  activity_input TEXT
) WITHOUT ROWID;
CREATE INDEX tokens_of_execution ON tokens (execution, task_id);
CREATE INDEX tokens_of_activity ON tokens (activity_arn, execution) WHERE status = 'SCHEDULED';
`;

/** The migration from each earlier version to the next. */
export const MIGRATIONS: { readonly [version: number]: string } = {
  // Version 1 stored the parent task only where it waited for the end, and dropped children of a distributed Map
  // on their own.
  1: `
    ALTER TABLE executions ADD COLUMN parent_waits INTEGER NOT NULL DEFAULT 0;
    UPDATE executions SET parent_waits = 1 WHERE parent_task IS NOT NULL;
    CREATE INDEX executions_awaited ON executions (id) WHERE parent_waits = 1 AND status = 'RUNNING';
    DROP INDEX executions_by_end;
    CREATE INDEX executions_by_end ON executions (stopped_at) WHERE stopped_at IS NOT NULL AND map_run IS NULL;
  `,
};
