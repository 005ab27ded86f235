import { parseArn } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { arnMember } from './members.ts';

const shape = { activityArn: arnMember };

/** DeleteActivity. One that does not exist is as good as deleted. */
export const deleteActivity: Action = ({ journal }, body) => {
  const { activityArn } = readRequest(shape, body);
  parseArn(activityArn, 'activity');
  journal.transaction(() => {
    journal.activities.delete(activityArn);
    journal.tags.removeAll(activityArn);
  });
  return {};
};
