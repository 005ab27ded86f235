import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { isServerError } from '@smithy/core/retry';
import { isThrottling, isTransient } from '../../aws-clients/transient-errors.ts';
import { RowConflict } from './retry-on-conflict.ts';
import { ServiceError, Unavailable } from './service-error.ts';

/** A row as DynamoDB sent it along with a failed condition. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The error that a failed DynamoDB call becomes: `STORE_UNAVAILABLE` if a retry can help, as the SDK judges. Any other error
 * stays itself: it is a defect or a wrong configuration, and the caller gets INTERNAL.
 */
export function storeError(error: unknown): unknown {
  if (error instanceof ServiceError || !(error instanceof Error) || !isWorthRetrying(error)) {
    return error;
  }
  return storeUnavailable(error);
}

/** Awaits a DynamoDB call, and throws the `storeError` of its failure. */
export async function withStoreErrors<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw storeError(error);
  }
}

/** STORE_UNAVAILABLE: the caller retries, as its deadline is longer than any wait in here. */
export function storeUnavailable(cause: unknown): Unavailable {
  return new Unavailable({ reason: 'STORE_UNAVAILABLE', message: 'The store does not answer; try again.' }, cause);
}

/**
 * Errors that the SDK does not retry, though a later call may succeed: a call that was aborted (its outcome is unknown),
 * and a table that is still being created.
 */
const RETRYABLE_BY_THE_CALLER = new Set(['AbortError', 'ResourceNotFoundException']);

function isWorthRetrying(error: Error): boolean {
  return (
    isThrottling(error) ||
    isTransient(error) ||
    isServerError(error as Parameters<typeof isServerError>[0]) ||
    RETRYABLE_BY_THE_CALLER.has(error.name)
  );
}

/** A write whose condition did not hold. */
export interface FailedCondition {
  /** The row that the condition failed on, if the write asked for it and the row exists. It saves a read. */
  readonly row: Row | undefined;
}

/** Makes DynamoDB send the row along when the condition of a write fails. */
export const WITH_ROW_ON_FAILURE = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** The failed condition of a single write; undefined for any other error. */
export function failedCondition(error: unknown): FailedCondition | undefined {
  return error instanceof ConditionalCheckFailedException ? { row: rowOf(error.Item) } : undefined;
}

/** Why a transaction was cancelled. */
export interface Cancellation {
  /** One entry per action, in order: the failed condition of that action, if it has one. */
  readonly failedConditions: readonly (FailedCondition | undefined)[];
  /** One entry per action, in order: whether another transaction changes the row of that action. */
  readonly conflicts: readonly boolean[];
  /** The error to throw when no condition failed: a conflict with another transaction, throttling, or a defect. */
  readonly otherCause: () => unknown;
}

/** `None` marks an action that was fine by itself. */
const CONFLICT_REASONS = new Set(['None', 'TransactionConflict']);

/** An immediate retry would only make these worse; the caller comes back later. */
const THROTTLING_REASONS = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);

/** The reasons of a cancelled transaction; undefined for any other error. */
export function cancellationOf(error: unknown): Cancellation | undefined {
  if (!(error instanceof TransactionCanceledException)) {
    return undefined;
  }
  const reasons = error.CancellationReasons ?? [];
  const codes = reasons.map(({ Code = 'None' }) => Code);
  return {
    failedConditions: reasons.map(({ Code, Item }) =>
      Code === 'ConditionalCheckFailed' ? { row: rowOf(Item) } : undefined,
    ),
    conflicts: codes.map((code) => code === 'TransactionConflict'),
    otherCause: () => {
      if (codes.some((code) => THROTTLING_REASONS.has(code))) {
        return storeUnavailable(error);
      }
      const onlyConflicts = codes.every((code) => CONFLICT_REASONS.has(code));
      return onlyConflicts ? new RowConflict('another transaction changed the same rows', { cause: error }) : error;
    },
  };
}

function rowOf(item: Parameters<typeof unmarshall>[0] | undefined): Row | undefined {
  return item === undefined ? undefined : unmarshall(item);
}
