import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { z } from 'zod';

const ANSWER_MILLISECONDS = 1_000;
const IMPATIENT = { connectionTimeout: ANSWER_MILLISECONDS, requestTimeout: ANSWER_MILLISECONDS };
const servingSchema = z.object({ status: z.literal('SERVING') });
const HealthClient = makeGenericClientConstructor(healthService, 'Health');

/** Whether DynamoDB answers at the address. */
export function isDynamoDbReady(endpoint: string): Promise<boolean> {
  const client = new DynamoDBClient({ endpoint, maxAttempts: 1, requestHandler: IMPATIENT });
  return succeeds(client.send(new ListTablesCommand({ Limit: 1 }))).finally(() => client.destroy());
}

/** Whether Step Functions answers at the address. */
export function isStepFunctionsReady(endpoint: string): Promise<boolean> {
  const client = new SFNClient({ endpoint, maxAttempts: 1, requestHandler: IMPATIENT });
  return succeeds(client.send(new ListStateMachinesCommand({ maxResults: 1 }))).finally(() => client.destroy());
}

async function succeeds(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch {
    // Refused, too slow or not able to answer yet: not ready, which is the question.
    return false;
  }
}

/** Whether a gRPC server's health service (grpc.health.v1) says SERVING. */
export function isServing(address: string): Promise<boolean> {
  const client = new HealthClient(address, credentials.createInsecure());
  return new Promise((resolve) => {
    const check = client.check;
    if (check === undefined) {
      throw new Error('The health service has no method Check.');
    }
    check.call(
      client,
      { service: '' },
      { deadline: Date.now() + ANSWER_MILLISECONDS },
      (error: Error | null, answer: unknown) => {
        client.close();
        resolve(error === null && servingSchema.safeParse(answer).success);
      },
    );
  });
}
