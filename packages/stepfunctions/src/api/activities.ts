import type { Activity } from '../journal/activity-store.ts';
import type { JsonObject } from '../language/json.ts';
import { activityDoesNotExist, activityWorkerLimitExceeded } from '../wire/api-error.ts';
import { parseArn } from '../wire/arn.ts';
import { optional, readRequest } from '../wire/request-shape.ts';
import { completeEncryption } from './configuration.ts';
import { type ActionCaller, type ApiContext, present, seconds } from './context.ts';
import { arnMember, encryptionMember, nameMember, tagsMember } from './members.ts';
import { maxResultsMember, nextTokenMember, readPage, textPosition } from './paging.ts';
import { checkName } from './request-checks.ts';
import { checkTags } from './tags.ts';

const createActivityShape = {
  name: nameMember,
  tags: optional(tagsMember),
  encryptionConfiguration: optional(encryptionMember),
};

/** CreateActivity. Idempotent by name; tags are not compared. */
export function createActivity(context: ApiContext, body: JsonObject): JsonObject {
  const { journal, arns } = context;
  const request = readRequest(createActivityShape, body);
  checkName(request.name);
  completeEncryption(request.encryptionConfiguration);
  const arn = arns.activity(request.name);
  const existing = journal.activities.find(arn);
  if (existing) {
    return { activityArn: arn, creationDate: seconds(existing.createdAt) };
  }
  const tags = checkTags(context, arn, request.tags ?? []);
  const createdAt = Date.now();
  journal.transaction(() => {
    journal.activities.create({ arn, name: request.name, createdAt });
    journal.tags.add(arn, tags);
  });
  return { activityArn: arn, creationDate: seconds(createdAt) };
}

const describeActivityShape = { activityArn: arnMember };

/** DescribeActivity. */
export function describeActivity(context: ApiContext, body: JsonObject): JsonObject {
  const { arn, name, createdAt } = findActivity(context, readRequest(describeActivityShape, body).activityArn);
  return {
    activityArn: arn,
    name,
    creationDate: seconds(createdAt),
    encryptionConfiguration: completeEncryption(undefined),
  };
}

/**
 * The activity with this ARN.
 *
 * @throws {ApiError} InvalidArn, ActivityDoesNotExist
 */
function findActivity({ journal }: ApiContext, arn: string): Activity {
  parseArn(arn, 'activity');
  const activity = journal.activities.find(arn);
  if (!activity) {
    throw activityDoesNotExist(arn);
  }
  return activity;
}

const listActivitiesShape = { maxResults: maxResultsMember, nextToken: nextTokenMember };

/** ListActivities. */
export function listActivities(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(listActivitiesShape, body);
  const { items, nextToken } = readPage(context, request, {
    name: 'activities',
    read: (limit, after) => context.journal.activities.list(limit, textPosition(after)),
    position: ({ arn }) => arn,
  });
  return present({
    activities: items.map(({ arn, name, createdAt }) => ({ activityArn: arn, name, creationDate: seconds(createdAt) })),
    nextToken,
  });
}

const deleteActivityShape = { activityArn: arnMember };

/** DeleteActivity. An activity that does not exist counts as deleted. */
export function deleteActivity({ journal }: ApiContext, body: JsonObject): JsonObject {
  const { activityArn } = readRequest(deleteActivityShape, body);
  parseArn(activityArn, 'activity');
  journal.transaction(() => {
    journal.activities.delete(activityArn);
    journal.tags.removeAll(activityArn);
  });
  return {};
}

const getActivityTaskShape = { activityArn: arnMember, workerName: optional(nameMember) };

/** How long AWS keeps a poll open. */
const POLL_MS = 60_000;

/** GetActivityTask: a long poll. Answers without a token when no task is scheduled within a minute. */
export async function getActivityTask(
  context: ApiContext,
  body: JsonObject,
  caller: ActionCaller,
): Promise<JsonObject> {
  const { activityArn, workerName } = readRequest(getActivityTaskShape, body);
  const activity = findActivity(context, activityArn);
  if (context.activities.isCrowded(activity.arn)) {
    throw activityWorkerLimitExceeded();
  }
  const task = await context.activities.take(activity.arn, workerName, POLL_MS, caller.gone());
  return task ? { taskToken: task.token, input: task.activityInput ?? '{}' } : {};
}
