import type { TaskToken } from '../journal/token-store.ts';
import { parseJson } from '../language/exact-number.ts';
import type { JsonObject } from '../language/json.ts';
import { jsonComplaint } from '../language/json-complaint.ts';
import type { IncomingEvent } from '../runtime/incoming-event.ts';
import { ApiError, invalidToken, taskTimedOut } from '../wire/api-error.ts';
import { optional, readRequest, text } from '../wire/request-shape.ts';
import { type ApiContext, present } from './context.ts';
import { causeMember, errorMember, payloadMember } from './members.ts';

/** A task token in a request. */
const taskTokenMember = text({ min: 1, max: 2_048 });

const sendTaskSuccessShape = { taskToken: taskTokenMember, output: payloadMember };

/** SendTaskSuccess. Answered once the output is durable in the execution. */
export async function sendTaskSuccess(context: ApiContext, body: JsonObject): Promise<JsonObject> {
  const { taskToken, output } = readRequest(sendTaskSuccessShape, body);
  const complaint = jsonComplaint(output);
  if (complaint !== undefined) {
    throw new ApiError('InvalidOutput', `Invalid Output: '${complaint}'`);
  }
  const task = findTask(context, taskToken);
  await answerTask(context, task, { type: 'TaskSucceeded', taskId: task.taskId, output: parseJson(output) });
  return {};
}

const sendTaskFailureShape = { taskToken: taskTokenMember, error: optional(errorMember), cause: optional(causeMember) };

/** SendTaskFailure. */
export async function sendTaskFailure(context: ApiContext, body: JsonObject): Promise<JsonObject> {
  const { taskToken, error, cause } = readRequest(sendTaskFailureShape, body);
  const task = findTask(context, taskToken);
  await answerTask(context, task, {
    type: 'TaskFailed',
    taskId: task.taskId,
    ...present({ error, cause }),
  });
  return {};
}

const sendTaskHeartbeatShape = { taskToken: taskTokenMember };

/** SendTaskHeartbeat. It has no effect on a task without a heartbeat timeout. */
export async function sendTaskHeartbeat(context: ApiContext, body: JsonObject): Promise<JsonObject> {
  const { taskToken } = readRequest(sendTaskHeartbeatShape, body);
  const task = findTask(context, taskToken);
  await context.executions.deliver(task.execution, { type: 'TaskHeartbeat', taskId: task.taskId });
  findTask(context, taskToken);
  return {};
}

/**
 * The task of a token, if it can still be answered.
 *
 * @throws {ApiError} InvalidToken, TaskTimedOut
 */
function findTask({ journal }: ApiContext, token: string): TaskToken {
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
 * Delivers an answer to its task. Of several answers the first counts.
 *
 * @throws {ApiError} TaskTimedOut: the task is over
 */
async function answerTask(context: ApiContext, task: TaskToken, answer: IncomingEvent): Promise<void> {
  if (!(await context.executions.deliver(task.execution, answer))) {
    throw taskTimedOut();
  }
}
