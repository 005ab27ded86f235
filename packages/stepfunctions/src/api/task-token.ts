import type { TaskToken } from '../journal/token-store.ts';
import type { IncomingEvent } from '../runtime/incoming-event.ts';
import { invalidToken, taskTimedOut } from '../wire/api-error-texts.ts';
import { text } from '../wire/request-shape.ts';
import type { ApiContext } from './context.ts';

/** A task token in a request. */
export const taskTokenMember = text({ min: 1, max: 2_048 });

/**
 * The task a token stands for, if it can still be answered.
 *
 * @throws {ApiError} InvalidToken, TaskTimedOut
 */
export function findTask({ journal }: ApiContext, token: string): TaskToken {
  const task = journal.tokens.find(token);
  if (!task) {
    throw invalidToken();
  }
  if (task.status === 'CLOSED') {
    throw taskTimedOut();
  }
  return task;
}

/**
 * Brings somebody's answer to the task it is for; of several answers the first counts.
 *
 * @throws {ApiError} TaskTimedOut when the task was over
 */
export async function answerTask(context: ApiContext, task: TaskToken, answer: IncomingEvent): Promise<void> {
  if (!(await context.executions.deliver(task.execution, answer))) {
    throw taskTimedOut();
  }
}
