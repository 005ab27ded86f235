import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import * as z from 'zod';
import { LoopbackHandler } from '../../aws-clients/loopback-handler.ts';

const responseSchema = z.object({
  errorMessage: z.string().optional(),
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).default([]),
});

const INVOCATION_MS = 60_000;

/**
 * Connections to Lambda's endpoint.
 *
 * @param url such as `http://127.0.0.1:3002`
 */
export function lambdaConnections(url: string): LoopbackHandler {
  return new LoopbackHandler(url, { maxSockets: 1, connectionTimeout: 1_000, requestTimeout: INVOCATION_MS });
}

/**
 * Invokes a function with a batch of a table's changes, in the shape of Lambda's DynamoDB event.
 *
 * @param lambda of Lambda's endpoint, by `lambdaConnections`
 * @returns the sequence numbers of the records that the function could not take
 * @throws Error where the function failed or could not be invoked
 */
export async function invokeWithRecords(
  lambda: Pick<LoopbackHandler, 'handle'>,
  functionName: string,
  records: readonly StreamRecord[],
): Promise<readonly string[]> {
  const { response } = await lambda.handle({
    method: 'POST',
    path: `/2015-03-31/functions/${functionName}/invocations`,
    headers: { host: 'localhost', 'content-type': 'application/json' },
    body: JSON.stringify({ Records: records.map(inLambdasShape) }),
  });
  const text = String(response.body);
  if (response.statusCode !== 200) {
    throw new Error(`${functionName} was answered with ${response.statusCode}: ${text.slice(0, 200)}`);
  }
  const { errorMessage, batchItemFailures } = responseSchema.parse(JSON.parse(text));
  if (errorMessage !== undefined || response.headers['x-amz-function-error'] !== undefined) {
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
