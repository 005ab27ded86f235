import { readFileSync } from 'node:fs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { checkHealth } from '../../grpc-services/common/health.ts';

const TIMEOUT_MS = 1_000;

function withinTime(timeoutMs: number) {
  return {
    maxAttempts: 1,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  };
}

/** Whether DynamoDB answers at the endpoint. */
export function isDynamoDbReady(endpoint: string, timeoutMs = TIMEOUT_MS): Promise<boolean> {
  const client = new DynamoDBClient({ endpoint, ...withinTime(timeoutMs) });
  return succeeds(client.send(new ListTablesCommand({ Limit: 1 }))).finally(() => client.destroy());
}

/** Whether Step Functions answers at the endpoint. */
export function isStepFunctionsReady(endpoint: string, timeoutMs = TIMEOUT_MS): Promise<boolean> {
  const client = new SFNClient({ endpoint, ...withinTime(timeoutMs) });
  return succeeds(client.send(new ListStateMachinesCommand({ maxResults: 1 }))).finally(() => client.destroy());
}

async function succeeds(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch {
    // Refused, too slow or an error: in every case not ready.
    return false;
  }
}

/** The PEM files of a client of mutual TLS. */
export interface ClientTlsFiles {
  readonly GRPC_CA_FILE: string;
  readonly GRPC_CLIENT_CERT_FILE: string;
  readonly GRPC_CLIENT_KEY_FILE: string;
}

/**
 * Whether the health service (grpc.health.v1) of a gRPC server reports SERVING.
 *
 * @param files for mutual TLS; plaintext without them
 */
export async function isServing(address: string, files?: ClientTlsFiles, timeoutMs = TIMEOUT_MS): Promise<boolean> {
  const question = {
    address,
    service: '',
    credentials: channelCredentials(files),
    options: { 'grpc.ssl_target_name_override': 'localhost' },
    timeoutMs,
  };
  try {
    return (await checkHealth(question)) === 'SERVING';
  } catch {
    // No answer, or an error: in both cases not ready.
    return false;
  }
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
