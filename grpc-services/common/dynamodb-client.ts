import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Where DynamoDB is. */
export interface DynamoDbSettings {
  /** AWS_ENDPOINT_URL; absent on AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** How long one request may take before it counts as failed. */
  readonly requestTimeoutMs?: number | undefined;
}

/** Sockets to DynamoDB: more than calls that are at work, so that none of them waits for one. */
const SOCKETS = { maxSockets: 128 } as const;

/**
 * A document client with short timeouts: a call has seconds, not minutes, and whatever is lost is asked again by the
 * caller. Its retries come out of one budget: in the SDK's standard mode 500 tokens, of which each retry takes 5 (one
 * after a timeout 10) and each success brings some back; with none left a failed request fails at once. On an emulator
 * no credentials are needed, so dummies stand in where the environment names none.
 */
export function createDocumentClient(
  { endpoint, region, requestTimeoutMs = 3_000 }: DynamoDbSettings,
  environment: Readonly<Record<string, string | undefined>>,
): DynamoDBDocumentClient {
  const configuration: DynamoDBClientConfig = {
    region,
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: SOCKETS,
      httpsAgent: SOCKETS,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(needsDummyCredentials(endpoint, environment)
      ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
      : {}),
  };
  return documentClient(new DynamoDBClient(configuration));
}

/** The marshalling that both services' rows rely on. */
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

/** Loopback, or a name without dots as compose gives its services; never a host on the internet. */
function isLocal(host: string): boolean {
  return host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host) || !/[.:]/.test(host);
}
