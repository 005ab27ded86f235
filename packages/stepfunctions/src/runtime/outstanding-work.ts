import type { Effect } from '../core/effect.ts';
import type { Execution } from '../core/execution.ts';
import { outstandingEffects } from '../core/step.ts';
import type { RunTask } from '../integrations/integration.ts';
import type { WakeUp } from '../journal/state-store.ts';

/**
 * Whether the engine itself runs this task to its end. An activity's or a token's task is finished by somebody else
 * unless a mock file answers it.
 */
function isRunByEngine(effect: Effect): effect is RunTask {
  if (effect.type !== 'RunTask') {
    return false;
  }
  if (effect.mock) {
    return true;
  }
  if (effect.target.kind === 'ACTIVITY') {
    return false;
  }
  return !(effect.submitted && effect.target.kind === 'INTEGRATION' && effect.target.pattern === 'WAIT_FOR_TASK_TOKEN');
}

/** The outstanding tasks that the engine itself runs to their end. */
export function engineTasksOf(execution: Execution | undefined): readonly RunTask[] {
  return execution ? outstandingEffects(execution).filter(isRunByEngine) : [];
}

/** When a timer or a restart has to wake this execution up. */
export function wakeUpOf(execution: Execution): WakeUp {
  let dueAt: number | undefined;
  let tasksOut = 0;
  for (const effect of outstandingEffects(execution)) {
    if (effect.type === 'SetTimer' && (dueAt === undefined || effect.at < dueAt)) {
      dueAt = effect.at;
    }
    if (isRunByEngine(effect)) {
      tasksOut += 1;
    }
  }
  return { dueAt, tasksOut };
}

/** Timers that are due at `now`. */
export function dueTimersOf(execution: Execution, now: number): readonly string[] {
  return outstandingEffects(execution).flatMap((effect) =>
    effect.type === 'SetTimer' && effect.at <= now ? [effect.timerId] : [],
  );
}
