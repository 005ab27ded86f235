import type { Draft } from './draft.ts';

/** An Express execution may run for five minutes. */
const MAX_EXPRESS_SECONDS = 300;

/** Starts the clock of the machine's `TimeoutSeconds`, which counts from the start or the latest redrive. */
export function startExecutionTimeout(draft: Draft): void {
  const { TimeoutSeconds: own } = draft.definition;
  const limit = draft.execution.type === 'EXPRESS' ? MAX_EXPRESS_SECONDS : Number.POSITIVE_INFINITY;
  const seconds = Math.min(own ?? limit, limit);
  if (Number.isFinite(seconds)) {
    draft.set({ timeout: draft.startTimer(draft.at + seconds * 1000) });
  }
}
