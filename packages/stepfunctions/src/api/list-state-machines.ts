import { readRequest } from '../wire/request-shape.ts';
import { type Action, present, seconds } from './context.ts';
import { maxResultsMember, nextTokenMember, pageSize } from './members.ts';

const shape = { maxResults: maxResultsMember, nextToken: nextTokenMember };

/** ListStateMachines, newest first. */
export const listStateMachines: Action = ({ journal, pages }, body) => {
  const request = readRequest(shape, body);
  const limit = pageSize(request.maxResults);
  const after =
    request.nextToken === undefined
      ? undefined
      : (pages.open('stateMachines', request.nextToken) as { createdAt: number; id: number });
  const found = journal.stateMachines.list(limit + 1, after);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return present({
    stateMachines: page.map(({ arn, name, type, createdAt }) => ({
      stateMachineArn: arn,
      name,
      type,
      creationDate: seconds(createdAt),
    })),
    nextToken: last && pages.seal('stateMachines', { createdAt: last.createdAt, id: last.id }),
  });
};
