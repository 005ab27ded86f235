import type { Effect } from '../core/effect.ts';
import type { ExecutionEvent } from '../core/event.ts';
import type { Execution } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';
import { type ChildHistory, step } from '../core/step.ts';
import type { StateMachineDefinition } from '../language/definition.ts';
import type { EngineLogger } from '../options.ts';
import type { Delivery } from './live-execution.ts';
import type { ExecutionChange } from './write-change.ts';

/** The outcome of a batch of events. */
export type SteppedThrough = Pick<
  ExecutionChange,
  'after' | 'history' | 'childHistory' | 'effects' | 'taken' | 'answered'
> & {
  /** The events that the core accepted, and whether each changed anything. */
  readonly settled: readonly { readonly resolve: Delivery['resolve']; readonly changed: boolean }[];
  /** Writes for the same transaction as the change. */
  readonly alongside: readonly (() => void)[];
};

/** Steps an execution through a batch of events. An event on which the core throws is rejected alone. */
export async function stepThrough(
  definition: StateMachineDefinition,
  before: Execution,
  deliveries: readonly Delivery[],
  logger: EngineLogger,
  missingActivities: readonly string[],
): Promise<SteppedThrough> {
  const history: HistoryEvent[] = [];
  const childHistory: ChildHistory[] = [];
  const effects: Effect[] = [];
  const taken: string[] = [];
  const answered: string[] = [];
  const settled: { resolve: Delivery['resolve']; changed: boolean }[] = [];
  const alongside: (() => void)[] = [];
  let after = before;
  for (const { event, resolve, reject, alongside: write } of deliveries) {
    try {
      const result = await step(definition, after, { ...event, missingActivities });
      const changed = result.execution !== after;
      if (changed && event.type === 'TaskStarted') {
        taken.push(event.taskId);
      }
      if (changed && isAnswer(event)) {
        answered.push(event.taskId);
      }
      if (changed && write) {
        alongside.push(write);
      }
      after = result.execution;
      for (const entry of result.history) {
        history.push(entry);
      }
      for (const child of result.childHistory) {
        childHistory.push(child);
      }
      for (const effect of result.effects) {
        effects.push(effect);
      }
      settled.push({ resolve, changed });
    } catch (error) {
      logger.error({ executionArn: before.arn, event: event.type, err: error }, 'the core failed on an event');
      reject(error);
    }
  }
  return { after, history, childHistory, effects, taken, answered, settled, alongside };
}

type Answer = Extract<ExecutionEvent, { readonly type: 'TaskSucceeded' | 'TaskFailed' | 'TaskSubmitFailed' }>;

/** Whether the event ends its task. */
function isAnswer(event: ExecutionEvent): event is Answer {
  return event.type === 'TaskSucceeded' || event.type === 'TaskFailed' || event.type === 'TaskSubmitFailed';
}
