import type { Target } from '../proxy/wire-call.ts';

/** One fault that really happened. */
export interface FaultEvent {
  /** ISO 8601. */
  readonly at: string;
  /** ISO 8601; when a process was back. Absent for what befell one call. */
  readonly until?: string;
  readonly target: Target;
  /** What happened, for people. */
  readonly what: string;
  /** The order whose call it befell, or which was at the chosen point. */
  readonly order_id?: string;
  /** Set where the fault waited for a point: the states one of which that order's saga must have been in. */
  readonly states?: readonly string[];
  /** Set where that saga must also have waited to try its task again. */
  readonly in_retry_wait?: boolean;
}
