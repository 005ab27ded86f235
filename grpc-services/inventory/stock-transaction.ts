import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { cancellationOf, storeError } from '../common/dynamodb-errors.ts';
import { RowConflict } from '../common/retry-on-conflict.ts';

/** One write of a transaction. */
export type TransactAction = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * Writes all of the actions or none.
 *
 * @param failedCondition what it means that a condition did not hold, as a sentence
 * @throws RowConflict when a condition does not hold, or another transaction changes the same rows; STORE_UNAVAILABLE when the
 *   store throttles or does not answer
 */
export async function writeTransaction(
  documents: DynamoDBDocumentClient,
  actions: readonly TransactAction[],
  failedCondition: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await documents.send(new TransactWriteCommand({ TransactItems: [...actions] }), { abortSignal: signal });
  } catch (error) {
    const cancellation = cancellationOf(error);
    if (cancellation === undefined) {
      throw storeError(error);
    }
    if (cancellation.failedConditions.every((failed) => failed === undefined)) {
      throw cancellation.otherCause();
    }
    throw new RowConflict(failedCondition, { cause: error });
  }
}
