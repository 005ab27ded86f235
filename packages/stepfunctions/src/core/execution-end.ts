import { haltFrame } from './abort.ts';
import type { Draft } from './draft.ts';
import { type Execution, MAX_EXPRESS_SECONDS, ROOT_FRAME } from './execution.ts';
import { jsonText } from './json-text.ts';

const WHOLE = { truncated: false };

/** Ends the execution, because its root frame has ended. */
export function endWithRoot(draft: Draft): void {
  const { end, lastEventId } = draft.frame(ROOT_FRAME);
  if (end?.status === 'SUCCEEDED') {
    const output = jsonText(end.output);
    const details = { output, outputDetails: WHOLE };
    draft.append(ROOT_FRAME, 'ExecutionSucceeded', { executionSucceededEventDetails: details }, lastEventId);
    endExecution(draft, { status: 'SUCCEEDED', output });
  } else if (end?.status === 'FAILED') {
    draft.append(ROOT_FRAME, 'ExecutionFailed', { executionFailedEventDetails: end.failure }, lastEventId);
    endExecution(draft, { status: 'FAILED', ...end.failure });
  }
}

/** Ends the execution as TIMED_OUT: its `TimeoutSeconds` have passed. */
export function timeOut(draft: Draft): void {
  const details = { error: 'States.Timeout' };
  draft.append(ROOT_FRAME, 'ExecutionTimedOut', { executionTimedOutEventDetails: details }, 0);
  endExecution(draft, { status: 'TIMED_OUT' });
}

/** Ends the execution as ABORTED, for StopExecution. */
export function abortExecution(draft: Draft, reason: { readonly error?: string; readonly cause?: string }): void {
  draft.append(ROOT_FRAME, 'ExecutionAborted', { executionAbortedEventDetails: reason }, 0);
  endExecution(draft, { status: 'ABORTED', ...reason });
}

type Ending = Pick<Execution, 'output' | 'error' | 'cause'> & { readonly status: Execution['status'] };

function endExecution(draft: Draft, ending: Ending): void {
  haltFrame(draft, ROOT_FRAME);
  draft.cancelTimer(draft.execution.timeout);
  draft.set({ ...ending, stoppedAt: draft.at, timeout: undefined });
  // Only a redrive needs the frames again.
  if (ending.status === 'SUCCEEDED' || draft.execution.type === 'EXPRESS') {
    draft.forgetFrames();
  }
  draft.effects.push({ type: 'EndExecution' });
}

/** Starts the timer of the machine's `TimeoutSeconds`, which counts from the start or the latest redrive. */
export function startExecutionTimeout(draft: Draft): void {
  // AWS accepts 0, which is taken for no limit.
  const { TimeoutSeconds: own = 0 } = draft.definition;
  const limit = draft.execution.type === 'EXPRESS' ? MAX_EXPRESS_SECONDS : Number.POSITIVE_INFINITY;
  const seconds = own === 0 ? limit : Math.min(own, limit);
  if (Number.isFinite(seconds)) {
    draft.set({ timeout: draft.startTimer(draft.at + seconds * 1000) });
  }
}
