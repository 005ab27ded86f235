import type { MapRunCounts } from '../core/map-run.ts';
import type { StoredMapRun } from '../journal/map-run-store.ts';
import type { JsonObject } from '../language/json.ts';
import { resourceNotFound } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import { type Action, type ApiContext, present, seconds } from './context.ts';
import { longArnMember } from './members.ts';

const shape = { mapRunArn: longArnMember };

/** DescribeMapRun. */
export const describeMapRun: Action = (context, body) => {
  const { execution, mapRun } = findMapRun(context, readRequest(shape, body).mapRunArn);
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
};

/** A redrive begins at once and takes all of them, so none is ever pending or beyond it. */
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
