import { readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { findTask, taskTokenMember } from './task-token.ts';

const shape = { taskToken: taskTokenMember };

/** SendTaskHeartbeat. A task without a heartbeat timeout takes it and changes nothing. */
export const sendTaskHeartbeat: Action = async (context, body) => {
  const { taskToken } = readRequest(shape, body);
  const task = findTask(context, taskToken);
  await context.executions.deliver(task.execution, { type: 'TaskHeartbeat', taskId: task.taskId });
  findTask(context, taskToken);
  return {};
};
