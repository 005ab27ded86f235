import type { Execution } from '../core/execution.ts';
import type { ExecutionOrigin } from '../journal/execution-store.ts';

/** Told about what has just become durable. */
export interface ExecutionListener {
  /** An execution has ended. */
  readonly ended: (execution: Execution, origin: ExecutionOrigin) => void;
  /** An execution that had ended runs again. */
  readonly redriven: () => void;
  /** A task of this activity waits for a worker. */
  readonly activityScheduled: (activityArn: string) => void;
}
