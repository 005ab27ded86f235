import type { Json } from '../language/json.ts';
import { jsonComplaint } from '../language/json-complaint.ts';
import { ApiError } from '../wire/api-error.ts';
import { readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { payloadMember } from './members.ts';
import { answerTask, findTask, taskTokenMember } from './task-token.ts';

const shape = { taskToken: taskTokenMember, output: payloadMember };

/** SendTaskSuccess. Answered once the execution has durably taken the output in. */
export const sendTaskSuccess: Action = async (context, body) => {
  const { taskToken, output } = readRequest(shape, body);
  const complaint = jsonComplaint(output);
  if (complaint !== undefined) {
    throw new ApiError('InvalidOutput', `Invalid Output: '${complaint}'`);
  }
  const task = findTask(context, taskToken);
  await answerTask(context, task, { type: 'TaskSucceeded', taskId: task.taskId, output: JSON.parse(output) as Json });
  return {};
};
