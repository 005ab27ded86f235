import { optional, readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { causeMember, errorMember } from './members.ts';
import { answerTask, findTask, taskTokenMember } from './task-token.ts';

const shape = { taskToken: taskTokenMember, error: optional(errorMember), cause: optional(causeMember) };

/** SendTaskFailure. */
export const sendTaskFailure: Action = async (context, body) => {
  const { taskToken, error, cause } = readRequest(shape, body);
  const task = findTask(context, taskToken);
  await answerTask(context, task, {
    type: 'TaskFailed',
    taskId: task.taskId,
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  });
  return {};
};
