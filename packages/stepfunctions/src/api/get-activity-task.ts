import { activityWorkerLimitExceeded } from '../wire/api-error-texts.ts';
import { optional, readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { findActivity } from './describe-activity.ts';
import { arnMember, nameMember } from './members.ts';

const shape = { activityArn: arnMember, workerName: optional(nameMember) };

/** How long AWS keeps a poll open. */
const PATIENCE_MS = 60_000;

/** GetActivityTask: a long poll. Answers without a token when no task came within a minute. */
export const getActivityTask: Action = async (context, body, caller) => {
  const { activityArn, workerName } = readRequest(shape, body);
  const activity = findActivity(context, activityArn);
  if (context.activities.isCrowded(activity.arn)) {
    throw activityWorkerLimitExceeded();
  }
  const task = await context.activities.take(activity.arn, workerName, PATIENCE_MS, caller.gone());
  return task ? { taskToken: task.token, input: task.activityInput ?? '{}' } : {};
};
