import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { JsonObject } from '../language/json.ts';
import { readRequest } from '../wire/request-shape.ts';
import { type Action, type ApiContext, present, seconds } from './context.ts';
import { findExecution, stateMachineArnOf } from './execution-lookup.ts';
import { arnMember, includedDataMember } from './members.ts';
import { whyNotRedrivable } from './redrive-execution.ts';

const shape = { executionArn: arnMember, includedData: includedDataMember };

/** DescribeExecution. */
export const describeExecution: Action = (context, body) => {
  const request = readRequest(shape, body);
  const record = findExecution(context, request.executionArn);
  return describeRecord(context, record, request.includedData !== 'METADATA_ONLY');
};

/** What DescribeExecution answers about an execution. */
export function describeRecord(
  { journal }: Pick<ApiContext, 'journal'>,
  record: ExecutionRecord,
  withData: boolean,
): JsonObject {
  return present({
    executionArn: record.arn,
    stateMachineArn: stateMachineArnOf(journal, record),
    name: record.name,
    status: record.status,
    startDate: seconds(record.startedAt),
    stopDate: record.stoppedAt === undefined ? undefined : seconds(record.stoppedAt),
    input: withData ? record.input : undefined,
    inputDetails: { included: withData },
    output: withData ? record.output : undefined,
    outputDetails: record.output === undefined ? undefined : { included: withData },
    traceHeader: record.traceHeader,
    mapRunArn: record.mapRunArn,
    error: withData ? record.error : undefined,
    cause: withData ? record.cause : undefined,
    stateMachineVersionArn: record.versionArn,
    stateMachineAliasArn: record.aliasArn,
    redriveCount: record.redriveCount,
    redriveDate: record.redrivenAt === undefined ? undefined : seconds(record.redrivenAt),
    ...redriveOf(journal, record),
  });
}

function redriveOf(journal: Journal, record: ExecutionRecord): JsonObject {
  const redriveStatusReason = whyNotRedrivable(journal, record);
  if (redriveStatusReason !== undefined) {
    return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
  }
  return { redriveStatus: record.mapRunArn === undefined ? 'REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN' };
}
