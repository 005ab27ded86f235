import type { MapRunCounts } from '../core/execution.ts';
import type { StoredMapRun } from '../journal/map-run-store.ts';
import type { JsonObject } from '../language/json.ts';
import { resourceNotFound, validationFailed } from '../wire/api-error.ts';
import { parseArn } from '../wire/arn.ts';
import { number, optional, readRequest } from '../wire/request-shape.ts';
import { type ApiContext, present, seconds } from './context.ts';
import { findExecution } from './executions.ts';
import { arnMember, longArnMember } from './members.ts';
import { maxResultsMember, nextTokenMember, readPage, textPosition } from './paging.ts';

const describeMapRunShape = { mapRunArn: longArnMember };

/** DescribeMapRun. */
export function describeMapRun(context: ApiContext, body: JsonObject): JsonObject {
  const { execution, mapRun } = findMapRun(context, readRequest(describeMapRunShape, body).mapRunArn);
  return present({
    mapRunArn: mapRun.arn,
    executionArn: context.journal.executions.findById(execution)?.arn,
    status: mapRun.status,
    startDate: seconds(mapRun.startedAt),
    stopDate: mapRun.stoppedAt === undefined ? undefined : seconds(mapRun.stoppedAt),
    maxConcurrency: mapRun.maxConcurrency,
    toleratedFailurePercentage: mapRun.toleratedFailurePercentage,
    toleratedFailureCount: mapRun.toleratedFailureCount,
    itemCounts: countsOf(mapRun.itemCounts),
    executionCounts: countsOf(mapRun.executionCounts),
    redriveCount: mapRun.redriveCount,
    redriveDate: mapRun.redriveDate === undefined ? undefined : seconds(mapRun.redriveDate),
  });
}

/** A redrive starts at once and includes every failed child, so none is ever pending or not redrivable. */
function countsOf(counts: MapRunCounts): JsonObject {
  return { ...counts, failuresNotRedrivable: 0, pendingRedrive: 0 };
}

/**
 * The map run with this ARN.
 *
 * @throws {ApiError} InvalidArn, ResourceNotFound
 */
export function findMapRun({ journal }: ApiContext, arn: string): StoredMapRun {
  parseArn(arn, 'mapRun');
  const stored = journal.mapRuns.find(arn);
  if (!stored) {
    throw resourceNotFound(arn);
  }
  return stored;
}

const listMapRunsShape = { executionArn: arnMember, maxResults: maxResultsMember, nextToken: nextTokenMember };

/** ListMapRuns of an execution. */
export function listMapRuns(context: ApiContext, body: JsonObject): JsonObject {
  const { journal } = context;
  const request = readRequest(listMapRunsShape, body);
  const record = findExecution(context, request.executionArn);
  const { items, nextToken } = readPage(context, request, {
    name: ['mapRuns', record.arn],
    read: (limit, after) => journal.mapRuns.list(record.id, limit, textPosition(after)),
    position: ({ arn }) => arn,
  });
  const stateMachineArn = journal.stateMachines.revision(record.revision).arn;
  return present({
    mapRuns: items.map((mapRun) =>
      present({
        executionArn: record.arn,
        mapRunArn: mapRun.arn,
        stateMachineArn,
        startDate: seconds(mapRun.startedAt),
        stopDate: mapRun.stoppedAt === undefined ? undefined : seconds(mapRun.stoppedAt),
      }),
    ),
    nextToken,
  });
}

const updateMapRunShape = {
  mapRunArn: longArnMember,
  maxConcurrency: optional(number({ min: 0 })),
  toleratedFailurePercentage: optional(number({ min: 0, max: 100, decimal: true })),
  toleratedFailureCount: optional(number({ min: 0 })),
};

/** UpdateMapRun: changes a running map run's limits. */
export async function updateMapRun(context: ApiContext, body: JsonObject): Promise<JsonObject> {
  const request = readRequest(updateMapRunShape, body);
  const { execution, mapRun } = findMapRun(context, request.mapRunArn);
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = request;
  if (mapRun.status !== 'RUNNING') {
    throw validationFailed(`Map Run is ${mapRun.status} and cannot be updated`);
  }
  await context.executions.deliver(execution, {
    type: 'MapRunUpdated',
    mapRunArn: mapRun.arn,
    ...present({ maxConcurrency, toleratedFailureCount, toleratedFailurePercentage }),
  });
  return {};
}
