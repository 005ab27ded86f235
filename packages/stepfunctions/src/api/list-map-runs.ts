import { readRequest } from '../wire/request-shape.ts';
import { type Action, present, seconds } from './context.ts';
import { findExecution } from './execution-lookup.ts';
import { arnMember, maxResultsMember, nextTokenMember, pageSize } from './members.ts';

const shape = { executionArn: arnMember, maxResults: maxResultsMember, nextToken: nextTokenMember };

/** ListMapRuns of an execution. */
export const listMapRuns: Action = (context, body) => {
  const { journal, pages } = context;
  const request = readRequest(shape, body);
  const record = findExecution(context, request.executionArn);
  const limit = pageSize(request.maxResults);
  const listing = ['mapRuns', record.arn];
  const after = request.nextToken === undefined ? undefined : String(pages.open(listing, request.nextToken));
  const found = journal.mapRuns.list(record.id, limit + 1, after);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const stateMachineArn = journal.stateMachines.revision(record.revision).arn;
  return present({
    mapRuns: page.map((mapRun) =>
      present({
        executionArn: record.arn,
        mapRunArn: mapRun.arn,
        stateMachineArn,
        startDate: seconds(mapRun.startedAt),
        stopDate: mapRun.stoppedAt === undefined ? undefined : seconds(mapRun.stoppedAt),
      }),
    ),
    nextToken: last && pages.seal(listing, last.arn),
  });
};
