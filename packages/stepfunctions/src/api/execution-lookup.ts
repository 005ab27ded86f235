import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import { executionDoesNotExist, invalidArn, validationFailed } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import type { ApiContext } from './context.ts';

/**
 * The execution with this ARN. Express executions leave no record that could be found.
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

/** The state machine of an execution; a distributed Map's child has one of its own, named after the Map's label. */
export function stateMachineArnOf(journal: Journal, record: ExecutionRecord): string {
  return record.mapRunArn === undefined
    ? journal.stateMachines.revision(record.revision).arn
    : record.arn.slice(0, record.arn.lastIndexOf(':')).replace(':execution:', ':stateMachine:');
}

/**
 * Refuses what can only be done to a child execution through its parent.
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
