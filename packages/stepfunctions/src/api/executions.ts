import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { JsonObject } from '../language/json.ts';
import { whyNotRedrivable } from '../runtime/redrivable.ts';
import { ApiError, executionDoesNotExist, invalidArn, validationFailed } from '../wire/api-error.ts';
import { parseArn } from '../wire/arn.ts';
import { optional, readRequest, text } from '../wire/request-shape.ts';
import { type ApiContext, present, seconds } from './context.ts';
import { arnMember, causeMember, errorMember, includedDataMember } from './members.ts';

const describeExecutionShape = { executionArn: arnMember, includedData: includedDataMember };

/** DescribeExecution. */
export function describeExecution(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(describeExecutionShape, body);
  const record = findExecution(context, request.executionArn);
  return describeRecord(context, record, request.includedData !== 'METADATA_ONLY');
}

/** The description of an execution. */
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

const stopExecutionShape = { executionArn: arnMember, error: optional(errorMember), cause: optional(causeMember) };

/** StopExecution. For an execution that has ended, answers when it ended. */
export async function stopExecution(context: ApiContext, body: JsonObject): Promise<JsonObject> {
  const { executionArn, error, cause } = readRequest(stopExecutionShape, body);
  const record = findExecution(context, executionArn);
  refuseChild(record, 'stopped');
  const { id } = record;
  await context.executions.deliver(id, {
    type: 'StopRequested',
    ...present({ error, cause }),
  });
  return { stopDate: seconds(findExecution(context, executionArn).stoppedAt ?? Date.now()) };
}

/**
 * The execution with this ARN. Express executions have no record.
 *
 * @throws {ApiError} InvalidArn, ExecutionDoesNotExist
 */
export function findExecution({ journal }: ApiContext, arn: string): ExecutionRecord {
  const { kind } = parseArn(arn, 'execution', 'express');
  if (kind === 'express') {
    throw invalidArn(`Resource type not valid in this context: ${kind}`);
  }
  const record = journal.executions.find(arn);
  if (!record) {
    throw executionDoesNotExist(arn);
  }
  return record;
}

/** The state machine ARN of an execution. For a distributed Map's child it ends in the Map's label. */
export function stateMachineArnOf(journal: Journal, record: ExecutionRecord): string {
  return record.mapRunArn === undefined
    ? journal.stateMachines.revision(record.revision).arn
    : record.arn.slice(0, record.arn.lastIndexOf(':')).replace(':execution:', ':stateMachine:');
}

/**
 * Refuses an action on a distributed Map's child that only its parent can take.
 *
 * @throws {ApiError} ValidationException
 */
export function refuseChild(record: ExecutionRecord, what: string): void {
  if (record.mapRunArn === undefined) {
    return;
  }
  throw validationFailed(
    `A child execution of a Map Run cannot be ${what} on its own here: act on the execution that has the Map Run.`,
  );
}

const redriveExecutionShape = {
  executionArn: arnMember,
  clientToken: optional(text({ min: 1, max: 64, pattern: /^[!-~]+$/ })),
};

/** RedriveExecution. Idempotent by client token. */
export async function redriveExecution(context: ApiContext, body: JsonObject): Promise<JsonObject> {
  const { executionArn, clientToken } = readRequest(redriveExecutionShape, body);
  const { journal, executions } = context;
  const { id } = findExecution(context, executionArn);
  for (let other = executions.redriving(id); other; other = executions.redriving(id)) {
    await other;
  }
  // Nothing is awaited from here to the redrive, so that of two concurrent calls the second finds the first.
  const record = findExecution(context, executionArn);
  refuseChild(record, 'redriven');
  const redrivenAt = record.redriveToken === clientToken ? record.redrivenAt : undefined;
  if (clientToken !== undefined && redrivenAt !== undefined) {
    return { redriveDate: seconds(redrivenAt) };
  }
  const why = whyNotRedrivable(journal, record);
  if (why !== undefined) {
    throw notRedrivable(why);
  }
  const changed = await executions.redrive(record.id, clientToken);
  if (!changed) {
    throw notRedrivable('Execution cannot be redriven');
  }
  return { redriveDate: seconds(findExecution(context, executionArn).redrivenAt ?? Date.now()) };
}

function notRedrivable(why: string): ApiError {
  return new ApiError('ExecutionNotRedrivable', why);
}
