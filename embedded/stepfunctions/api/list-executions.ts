import type { ExecutionStatus } from '../core/execution.ts';
import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { JsonObject } from '../language/json.ts';
import { resourceNotFound, stateMachineTypeNotSupported, validationFailed } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import { optional, type Read, readRequest, text } from '../wire/request-shape.ts';
import { type Action, type ApiContext, present, seconds } from './context.ts';
import { listChildExecutions } from './list-child-executions.ts';
import { arnMember, longArnMember, maxResultsMember, pageSize } from './members.ts';
import { resolve } from './state-machine-lookup.ts';

const shape = {
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
export const listExecutions: Action = (context, body) => {
  const request = readRequest(shape, body);
  if (request.stateMachineArn === undefined && request.mapRunArn === undefined) {
    throw validationFailed('1 validation error detected: Must provide a StateMachine ARN or MapRun ARN');
  }
  if (request.stateMachineArn !== undefined && request.mapRunArn !== undefined) {
    throw validationFailed('1 validation error detected: Must provide either a StateMachine ARN or a MapRun ARN');
  }
  if (request.stateMachineArn !== undefined) return ofMachine(context, request, request.stateMachineArn);
  const mapRunArn = request.mapRunArn ?? '';
  parseArn(mapRunArn, 'mapRun');
  const stored = context.journal.mapRuns.find(mapRunArn);
  if (!stored) throw resourceNotFound(mapRunArn);
  return listChildExecutions(context, stored, { ...request, limit: pageSize(request.maxResults) });
};

const ofMachine = ({ journal, pages, ...rest }: ApiContext, request: Read<typeof shape>, arn: string): JsonObject => {
  const { machine } = resolve({ journal, pages, ...rest }, arn);
  if (machine.type === 'EXPRESS') {
    throw stateMachineTypeNotSupported('This operation is not supported by this type of state machine');
  }
  const { statusFilter, redriveFilter, nextToken } = request;
  // No execution is ever PENDING_REDRIVE here: a redrive begins at once.
  if (statusFilter === 'PENDING_REDRIVE') return { executions: [] };
  const limit = pageSize(request.maxResults);
  const listing = ['executions', arn, statusFilter ?? null, redriveFilter ?? null];
  const found = journal.executions.list(
    {
      stateMachine: machine.id,
      ...(statusFilter === undefined ? {} : { status: statusFilter satisfies ExecutionStatus }),
      ...(redriveFilter === undefined ? {} : { redriven: redriveFilter === 'REDRIVEN' }),
      ...(arn === machine.arn ? {} : { qualifiedArn: arn }),
      ...(nextToken === undefined ? {} : { before: Number(pages.open(listing, nextToken)) }),
    },
    limit + 1,
  );
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return present({
    executions: page.map((record) => itemOf(record, machine.arn)),
    nextToken: last && pages.seal(listing, last.id),
  });
};

const itemOf = (record: ExecutionRecord, stateMachineArn: string): JsonObject =>
  present({
    executionArn: record.arn,
    stateMachineArn,
    name: record.name,
    status: record.status,
    startDate: seconds(record.startedAt),
    stopDate: record.stoppedAt === undefined ? undefined : seconds(record.stoppedAt),
    stateMachineVersionArn: record.versionArn,
    stateMachineAliasArn: record.aliasArn,
    redriveCount: record.redriveCount,
    redriveDate: record.redrivenAt === undefined ? undefined : seconds(record.redrivenAt),
  });
