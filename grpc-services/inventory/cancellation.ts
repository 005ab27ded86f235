import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { RowConflict } from '../common/retry-on-conflict.ts';
import { storeUnavailable } from '../common/store-failure.ts';

/** Whether the condition of one action of a transaction failed, and the row it failed on where the store told. */
export interface ConditionResult {
  readonly failed: boolean;
  readonly row: Readonly<Record<string, unknown>> | undefined;
}

/** Why a transaction was cancelled. */
export interface Cancellation {
  /** One entry an action, in their order. */
  readonly failedConditions: () => readonly ConditionResult[];
  /** Where no condition failed: another transaction, or a store that wants to be asked later, was in the way. */
  readonly otherwise: () => unknown;
}

/** Reasons that go away by themselves as soon as the other transaction is done. */
const CONFLICTS = new Set(['None', 'TransactionConflict']);

/** Reasons that trying again at once would only make worse; the caller comes back later. */
const THROTTLING = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Reads the reasons out of a cancelled transaction; undefined for any other error. */
export function cancellationOf(error: unknown): Cancellation | undefined {
  if (!(error instanceof TransactionCanceledException)) {
    return undefined;
  }
  const reasons = error.CancellationReasons ?? [];
  const codes = reasons.map(({ Code = 'None' }) => Code);
  return {
    failedConditions: () =>
      reasons.map(({ Code, Item }) => ({
        failed: Code === 'ConditionalCheckFailed',
        row: Item === undefined ? undefined : unmarshall(Item),
      })),
    otherwise: () => {
      if (codes.some((code) => THROTTLING.has(code))) {
        return storeUnavailable(error);
      }
      const onlyConflicts = codes.every((code) => CONFLICTS.has(code));
      return onlyConflicts ? new RowConflict('the transaction met another', { cause: error }) : error;
    },
  };
}
