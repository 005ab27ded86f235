import type { ExecutionRecord } from '../journal/execution-store.ts';
import { executionDoesNotExist, invalidArn } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import type { ApiContext } from './context.ts';

/**
 * The execution with this ARN. Express executions leave no record that could be found.
 *
 * @throws {ApiError} InvalidArn, ExecutionDoesNotExist
 */
export const findExecution = ({ journal }: ApiContext, arn: string): ExecutionRecord => {
  const { kind } = parseArn(arn, 'execution', 'express');
  if (kind === 'express') throw invalidArn(`Resource type not valid in this context: ${kind}`);
  const record = journal.executions.find(arn);
  if (!record) throw executionDoesNotExist(arn);
  return record;
};
