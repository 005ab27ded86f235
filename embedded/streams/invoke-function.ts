import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import * as z from 'zod';

const responseSchema = z.object({
  errorMessage: z.string().optional(),
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).default([]),
});

const INVOCATION_MS = 60_000;

/**
 * Invokes a function with a batch of a table's changes, in the shape of Lambda's DynamoDB event.
 *
 * @param lambdaUrl Lambda's endpoint, such as `http://127.0.0.1:3002`
 * @returns the sequence numbers of the records that the function could not take
 * @throws Error where the function failed or could not be invoked
 */
export async function invokeWithRecords(
  lambdaUrl: string,
  functionName: string,
  records: readonly StreamRecord[],
): Promise<readonly string[]> {
  const response = await fetch(`${lambdaUrl}/2015-03-31/functions/${functionName}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Records: records.map(inLambdasShape) }),
    signal: AbortSignal.timeout(INVOCATION_MS),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${functionName} was answered with ${response.status}: ${text.slice(0, 200)}`);
  }
  const { errorMessage, batchItemFailures } = responseSchema.parse(JSON.parse(text));
  if (errorMessage !== undefined || response.headers.has('x-amz-function-error')) {
    throw new Error(`${functionName} failed: ${errorMessage ?? text.slice(0, 200)}`);
  }
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** Lambda writes the time of a change in seconds. */
function inLambdasShape(record: StreamRecord): object {
  const at = record.dynamodb?.ApproximateCreationDateTime;
  return {
    ...record,
    eventSource: 'aws:dynamodb',
    dynamodb: { ...record.dynamodb, ...(at !== undefined && { ApproximateCreationDateTime: at.getTime() / 1_000 }) },
  };
}
