import { type AttributeValue, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { RowConflict } from '../common/retry-on-conflict.ts';

/** Whether the condition of one action of a transaction failed, and the row it failed on where the store told. */
export interface ConditionResult {
  readonly failed: boolean;
  readonly row: Readonly<Record<string, AttributeValue>> | undefined;
}

/** Why a transaction was cancelled. */
export interface Cancellation {
  /** One entry an action, in their order. */
  readonly failedConditions: () => readonly ConditionResult[];
  /** Where no condition failed: another transaction or throttling was in the way. */
  readonly conflict: () => unknown;
}

/** Reasons that go away by themselves. */
const PASSING = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Reads the reasons out of a cancelled transaction; undefined for any other error. */
export function cancellationOf(error: unknown): Cancellation | undefined {
  if (error instanceof Error && error.name === 'TransactionInProgressException') {
    return { failedConditions: () => [], conflict: () => new RowConflict('transaction in progress', { cause: error }) };
  }
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const reasons = error.CancellationReasons ?? [];
  return {
    failedConditions: () => reasons.map(({ Code, Item }) => ({ failed: Code === 'ConditionalCheckFailed', row: Item })),
    conflict: () =>
      reasons.every(({ Code }) => PASSING.has(Code ?? 'None'))
        ? new RowConflict('the transaction met another or was throttled', { cause: error })
        : error,
  };
}
