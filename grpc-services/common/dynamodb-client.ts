import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { loopbackClient } from '../../aws-clients/loopback-client.ts';
import { traceAwsCalls } from '../../telemetry/aws-client-spans.ts';

/** How to reach DynamoDB. */
export interface DynamoDbSettings {
  /** From AWS_ENDPOINT_URL; undefined on AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** A request without an answer fails after this time; 3 s if unset. */
  readonly requestTimeoutMs?: number | undefined;
}

/** More sockets than concurrent calls, so that no call waits for a socket. */
const SOCKETS = { maxSockets: 128 } as const;

/**
 * A document client for calls that have seconds, not minutes.
 *
 * Retries share one budget (the SDK's standard mode): 500 tokens, 5 per retry, 10 after a timeout. Each success returns
 * some. With an empty budget a failed request fails at once. A local endpoint needs no credentials: dummies are used when
 * the environment has none.
 */
export function createDocumentClient(
  { endpoint, region, requestTimeoutMs = 3_000 }: DynamoDbSettings,
  environment: Readonly<Record<string, string | undefined>>,
): DynamoDBDocumentClient {
  const limits = { connectionTimeout: 1_000, requestTimeout: requestTimeoutMs };
  const { settings, shorten } = loopbackClient(endpoint, {
    service: 'dynamodb',
    region,
    limits: { ...limits, maxSockets: SOCKETS.maxSockets },
  });
  const configuration: DynamoDBClientConfig = {
    region,
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: { ...limits, throwOnRequestTimeout: true, httpAgent: SOCKETS, httpsAgent: SOCKETS },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...settings,
    ...(needsDummyCredentials(endpoint, environment)
      ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
      : {}),
  };
  return traceAwsCalls('DynamoDB', shorten(documentClient(new DynamoDBClient(configuration))));
}

/** Wraps a client with the marshalling that all rows of both services rely on. */
export function documentClient(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

const CREDENTIAL_SOURCES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

function needsDummyCredentials(
  endpoint: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (endpoint === undefined || !isLocal(new URL(endpoint).hostname)) {
    return false;
  }
  return CREDENTIAL_SOURCES.every((name) => (environment[name] ?? '') === '');
}

/** A loopback address, or a name without dots (a service of docker compose); never a host on the internet. */
function isLocal(host: string): boolean {
  return host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host) || !/[.:]/.test(host);
}
