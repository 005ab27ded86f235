import { readFileSync } from 'node:fs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { type ChannelCredentials, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import * as z from 'zod';

const ANSWER_MS = 1_000;
const IMPATIENT = { connectionTimeout: ANSWER_MS, requestTimeout: ANSWER_MS };
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

/** PEM files that a client of mutual TLS needs. */
export interface ClientTlsFiles {
  readonly GRPC_CA_FILE: string;
  readonly GRPC_CLIENT_CERT_FILE: string;
  readonly GRPC_CLIENT_KEY_FILE: string;
}

/** Whether a gRPC server's health service (grpc.health.v1) says SERVING; over mutual TLS where files are given. */
export function isServing(address: string, files?: ClientTlsFiles): Promise<boolean> {
  const client = new HealthClient(address, channelCredentials(files), { 'grpc.ssl_target_name_override': 'localhost' });
  return new Promise((resolve) => {
    const check = client.check;
    if (check === undefined) {
      throw new Error('The health service has no method Check.');
    }
    check.call(
      client,
      { service: '' },
      { deadline: Date.now() + ANSWER_MS },
      (error: Error | null, answer: unknown) => {
        client.close();
        resolve(error === null && servingSchema.safeParse(answer).success);
      },
    );
  });
}

function channelCredentials(files: ClientTlsFiles | undefined): ChannelCredentials {
  if (files === undefined) {
    return credentials.createInsecure();
  }
  const [authority, key, certificate] = [
    files.GRPC_CA_FILE,
    files.GRPC_CLIENT_KEY_FILE,
    files.GRPC_CLIENT_CERT_FILE,
  ].map((file) => readFileSync(file));
  return credentials.createSsl(authority, key, certificate);
}
