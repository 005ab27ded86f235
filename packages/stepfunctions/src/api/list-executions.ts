import type { ExecutionFilter, ExecutionRecord } from '../journal/execution-store.ts';
import type { JsonObject } from '../language/json.ts';
import { stateMachineTypeNotSupported, validationFailed } from '../wire/api-error.ts';
import { optional, type Read, readRequest, text } from '../wire/request-shape.ts';
import { type ApiContext, present, seconds } from './context.ts';
import { stateMachineArnOf } from './executions.ts';
import { findMapRun } from './map-runs.ts';
import { arnMember, longArnMember } from './members.ts';
import { maxResultsMember, readPage } from './paging.ts';
import { resolve } from './state-machine-lookup.ts';

const listExecutionsShape = {
  stateMachineArn: optional(arnMember),
  statusFilter: optional(
    text({ oneOf: ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'] }),
  ),
  maxResults: maxResultsMember,
  nextToken: optional(text({ min: 1, max: 3_096 })),
  mapRunArn: optional(longArnMember),
  redriveFilter: optional(text({ oneOf: ['REDRIVEN', 'NOT_REDRIVEN'] })),
};

/** ListExecutions of a state machine, version, alias or map run, newest first. */
export function listExecutions(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(listExecutionsShape, body);
  const { stateMachineArn, mapRunArn } = request;
  if (stateMachineArn !== undefined && mapRunArn !== undefined) {
    throw validationFailed('1 validation error detected: Must provide either a StateMachine ARN or a MapRun ARN');
  }
  if (stateMachineArn !== undefined) {
    return ofMachine(context, request, stateMachineArn);
  }
  if (mapRunArn !== undefined) {
    return ofMapRun(context, request, mapRunArn);
  }
  throw validationFailed('1 validation error detected: Must provide a StateMachine ARN or MapRun ARN');
}

type Request = Read<typeof listExecutionsShape>;

function ofMachine(context: ApiContext, request: Request, arn: string): JsonObject {
  const { machine } = resolve(context, arn);
  if (machine.type === 'EXPRESS') {
    throw stateMachineTypeNotSupported('This operation is not supported by this type of state machine');
  }
  const qualified = arn === machine.arn ? {} : { qualifiedArn: arn };
  return pageOf(context, request, arn, { of: { stateMachine: machine.id }, ...qualified });
}

function ofMapRun(context: ApiContext, request: Request, arn: string): JsonObject {
  findMapRun(context, arn);
  return pageOf(context, request, arn, { of: { mapRunArn: arn } });
}

function pageOf(context: ApiContext, request: Request, arn: string, filter: ExecutionFilter): JsonObject {
  const { journal } = context;
  const { statusFilter, redriveFilter } = request;
  // No execution is ever PENDING_REDRIVE here, because a redrive starts at once.
  if (statusFilter === 'PENDING_REDRIVE') {
    return { executions: [] };
  }
  const filtered: ExecutionFilter = {
    ...filter,
    ...present({ status: statusFilter, redriven: redriveFilter && redriveFilter === 'REDRIVEN' }),
  };
  const { items, nextToken } = readPage(context, request, {
    name: ['executions', arn, statusFilter ?? null, redriveFilter ?? null],
    read: (limit, before) =>
      journal.executions.list(before === undefined ? filtered : { ...filtered, before: Number(before) }, limit),
    position: ({ id }) => id,
  });
  return present({
    executions: items.map((record) => itemOf(record, stateMachineArnOf(journal, record))),
    nextToken,
  });
}

function itemOf(record: ExecutionRecord, stateMachineArn: string): JsonObject {
  return present({
    executionArn: record.arn,
    stateMachineArn,
    name: record.name,
    status: record.status,
    startDate: seconds(record.startedAt),
    stopDate: record.stoppedAt === undefined ? undefined : seconds(record.stoppedAt),
    mapRunArn: record.mapRunArn,
    itemCount: record.itemCount,
    stateMachineVersionArn: record.versionArn,
    stateMachineAliasArn: record.aliasArn,
    redriveCount: record.redriveCount,
    redriveDate: record.redrivenAt === undefined ? undefined : seconds(record.redrivenAt),
  });
}
