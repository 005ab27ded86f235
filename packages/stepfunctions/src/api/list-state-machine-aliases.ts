import { parseArn } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import { type Action, present, seconds } from './context.ts';
import { arnMember, maxResultsMember, nextTokenMember, pageSize } from './members.ts';
import { resolve } from './state-machine-lookup.ts';

const shape = { stateMachineArn: arnMember, nextToken: nextTokenMember, maxResults: maxResultsMember };

/** ListStateMachineAliases, of a machine or only those that lead to one version. */
export const listStateMachineAliases: Action = (context, body) => {
  const { journal, pages } = context;
  const request = readRequest(shape, body);
  const { qualifier } = parseArn(request.stateMachineArn, 'stateMachine');
  const { machine } = resolve(context, request.stateMachineArn);
  const limit = pageSize(request.maxResults);
  const listing = ['aliases', request.stateMachineArn];
  const after = request.nextToken === undefined ? undefined : String(pages.open(listing, request.nextToken));
  const found = journal.aliases.list(machine.id, limit + 1, after);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const isListed = (routes: (typeof page)[number]['routes']): boolean =>
    qualifier === undefined ||
    routes.some(({ stateMachineVersionArn }) => stateMachineVersionArn === request.stateMachineArn);
  return present({
    stateMachineAliases: page
      .filter(({ routes }) => isListed(routes))
      .map(({ arn, createdAt }) => ({ stateMachineAliasArn: arn, creationDate: seconds(createdAt) })),
    nextToken: last && pages.seal(listing, last.name),
  });
};
