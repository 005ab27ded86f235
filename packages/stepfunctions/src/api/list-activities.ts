import { readRequest } from '../wire/request-shape.ts';
import { type Action, present, seconds } from './context.ts';
import { maxResultsMember, nextTokenMember, pageSize } from './members.ts';

const shape = { maxResults: maxResultsMember, nextToken: nextTokenMember };

/** ListActivities. */
export const listActivities: Action = ({ journal, pages }, body) => {
  const request = readRequest(shape, body);
  const limit = pageSize(request.maxResults);
  const after = request.nextToken === undefined ? undefined : String(pages.open('activities', request.nextToken));
  const found = journal.activities.list(limit + 1, after);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return present({
    activities: page.map(({ arn, name, createdAt }) => ({ activityArn: arn, name, creationDate: seconds(createdAt) })),
    nextToken: last && pages.seal('activities', last.arn),
  });
};
