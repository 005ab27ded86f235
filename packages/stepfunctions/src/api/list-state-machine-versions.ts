import { readRequest } from '../wire/request-shape.ts';
import { type Action, present, seconds } from './context.ts';
import { arnMember, maxResultsMember, nextTokenMember, pageSize } from './members.ts';
import { versionArnOf } from './publish-version.ts';
import { findMachine } from './state-machine-lookup.ts';

const shape = { stateMachineArn: arnMember, nextToken: nextTokenMember, maxResults: maxResultsMember };

/** ListStateMachineVersions, newest first. */
export const listStateMachineVersions: Action = (context, body) => {
  const { journal, pages } = context;
  const request = readRequest(shape, body);
  const machine = findMachine(context, request.stateMachineArn);
  const limit = pageSize(request.maxResults);
  const listing = ['versions', machine.arn];
  const before = request.nextToken === undefined ? undefined : Number(pages.open(listing, request.nextToken));
  const found = journal.versions.list(machine.id, limit + 1, before);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return present({
    stateMachineVersions: page.map((version) => ({
      stateMachineVersionArn: versionArnOf(machine, version),
      creationDate: seconds(version.createdAt),
    })),
    nextToken: last && pages.seal(listing, last.version),
  });
};
