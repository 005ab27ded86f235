import type { Activity } from '../journal/activity-store.ts';
import { activityDoesNotExist } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import { completeEncryption } from './configuration.ts';
import { type Action, type ApiContext, seconds } from './context.ts';
import { arnMember } from './members.ts';

const shape = { activityArn: arnMember };

/** DescribeActivity. */
export const describeActivity: Action = (context, body) => {
  const { arn, name, createdAt } = findActivity(context, readRequest(shape, body).activityArn);
  return {
    activityArn: arn,
    name,
    creationDate: seconds(createdAt),
    encryptionConfiguration: completeEncryption(undefined),
  };
};

/**
 * The activity with this ARN.
 *
 * @throws {ApiError} InvalidArn, ActivityDoesNotExist
 */
export function findActivity({ journal }: ApiContext, arn: string): Activity {
  parseArn(arn, 'activity');
  const activity = journal.activities.find(arn);
  if (!activity) {
    throw activityDoesNotExist(arn);
  }
  return activity;
}
