import { ATTRIBUTES } from '../../telemetry/attributes.ts';
import { spanIdFrom, traceparentWithSpan } from '../../telemetry/trace-context.ts';
import { parentInTrace, traced } from '../../telemetry/tracing.ts';
import type { ExecutionStart } from './executions.ts';

/** An execution of a saga, as its spans name it. */
export interface TracedExecution {
  readonly name: string;
  readonly orderId: string;
  /** Of the request that caused it. */
  readonly traceparent: string;
}

/** One attempt of a task, as Step Functions counts it. */
export interface TaskAttempt {
  /** Name of the execution. */
  readonly execution: string;
  readonly state: string;
  /** When the state was entered, as Step Functions writes it: a state may be entered more than once. */
  readonly enteredAt: string;
  readonly redriveCount: number;
  readonly retryCount: number;
}

/** Starts an execution in a span that is the parent of its tasks. A repeated start of an execution is the same span. */
export function tracedStart(
  { name, orderId, traceparent }: TracedExecution,
  start: () => Promise<ExecutionStart>,
): Promise<ExecutionStart> {
  const description = {
    name: 'start saga',
    kind: 'PRODUCER',
    self: startSpan(traceparent, name),
    parent: parentInTrace(traceparent),
    attributes: { [ATTRIBUTES.ORDER_ID]: orderId, [ATTRIBUTES.SAGA_EXECUTION]: name },
  } as const;
  return traced(description, async (span) => {
    const started = await start();
    if (started.outcome === 'REFUSED' || started.outcome === 'UNKNOWN') {
      span.fail(started.outcome, true);
    }
    return started;
  });
}

/** `traceparent` of the start of an execution. */
export function startSpan(traceparent: string, execution: string): string {
  return traceparentWithSpan(traceparent, spanIdFrom('start', execution));
}

/** `traceparent` of one attempt of a task. An attempt that is sent again is the same span. */
export function attemptSpan(traceparent: string, attempt: TaskAttempt): string {
  const { execution, state, enteredAt, redriveCount, retryCount } = attempt;
  return traceparentWithSpan(traceparent, spanIdFrom('task', execution, state, enteredAt, redriveCount, retryCount));
}
