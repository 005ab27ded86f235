import type { Effect } from '../core/effect.ts';
import type { Execution } from '../core/execution.ts';
import { outstandingEffects } from '../core/step.ts';
import type { Wakening } from '../journal/state-store.ts';

/** Whether the engine itself sees the task to its end; an activity's or a token's is in somebody else's hands. */
export function isOurs(effect: Effect): effect is Extract<Effect, { type: 'RunTask' }> {
  if (effect.type !== 'RunTask' || effect.target.kind === 'ACTIVITY') {
    return false;
  }
  return !(effect.submitted && effect.target.kind === 'INTEGRATION' && effect.target.pattern === 'WAIT_FOR_TASK_TOKEN');
}

/** When the clock or a restart has to turn to this execution. */
export function wakeningOf(execution: Execution): Wakening {
  let dueAt: number | undefined;
  let tasksOut = 0;
  for (const effect of outstandingEffects(execution)) {
    if (effect.type === 'SetTimer' && (dueAt === undefined || effect.at < dueAt)) {
      dueAt = effect.at;
    }
    if (isOurs(effect)) {
      tasksOut += 1;
    }
  }
  return { dueAt, tasksOut };
}
