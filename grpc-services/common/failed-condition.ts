import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** The condition of a write did not hold. */
export interface FailedCondition {
  /** The row as it was then, where the write asked for it and there was one; it spares reading it. */
  readonly row: Readonly<Record<string, unknown>> | undefined;
}

/** Asks DynamoDB to send the row along when the condition of a write fails. */
export const WITH_ROW_ON_FAILURE = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** What stood in the way of a conditional write; undefined for any other error. */
export function failedCondition(error: unknown): FailedCondition | undefined {
  if (!(error instanceof ConditionalCheckFailedException)) {
    return undefined;
  }
  return { row: error.Item === undefined ? undefined : unmarshall(error.Item) };
}
