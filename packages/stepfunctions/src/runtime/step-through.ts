import type { Effect } from '../core/effect.ts';
import type { ExecutionEvent } from '../core/event.ts';
import type { Execution } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';
import { type ChildHistory, step } from '../core/step.ts';
import type { StateMachineDefinition } from '../language/definition.ts';
import type { EngineLogger } from '../options.ts';
import type { Delivery } from './live-execution.ts';
import type { ExecutionChange } from './write-change.ts';

/** What a mailbox full of events made of an execution. */
export type SteppedThrough = Pick<
  ExecutionChange,
  'after' | 'history' | 'childHistory' | 'effects' | 'taken' | 'answered'
> & {
  /** The events the core took in, and whether each changed anything. */
  readonly settled: readonly { readonly done: Delivery['done']; readonly changed: boolean }[];
  /** What has to be written together with the change. */
  readonly alongside: readonly (() => void)[];
};

/** Takes a mailbox through the core. An event the core breaks on fails alone: the others go on without it. */
export async function stepThrough(
  definition: StateMachineDefinition,
  before: Execution,
  deliveries: readonly Delivery[],
  logger: EngineLogger,
): Promise<SteppedThrough> {
  const history: HistoryEvent[] = [];
  const childHistory: ChildHistory[] = [];
  const effects: Effect[] = [];
  const taken: string[] = [];
  const answered: string[] = [];
  const settled: { done: Delivery['done']; changed: boolean }[] = [];
  const alongside: (() => void)[] = [];
  let after = before;
  for (const { event, done, failed, alongside: write } of deliveries) {
    try {
      const result = await step(definition, after, event);
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
      settled.push({ done, changed });
    } catch (error) {
      logger.error({ executionArn: before.arn, event: event.type, err: error }, 'the core broke on an event');
      failed(error);
    }
  }
  return { after, history, childHistory, effects, taken, answered, settled, alongside };
}

type Answer = Extract<ExecutionEvent, { readonly type: 'TaskSucceeded' | 'TaskFailed' | 'TaskSubmitFailed' }>;

/** Whether the task is over with it. */
function isAnswer(event: ExecutionEvent): event is Answer {
  return event.type === 'TaskSucceeded' || event.type === 'TaskFailed' || event.type === 'TaskSubmitFailed';
}
