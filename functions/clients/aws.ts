import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type LoopbackClient, loopbackClient } from '../../aws-clients/loopback-client.ts';
import { isThrottling, isTransient } from '../../aws-clients/transient-errors.ts';
import { traceAwsCalls } from '../../telemetry/aws-client-spans.ts';
import { type RetryableCode, RetryableError } from '../common/errors.ts';

/** Where a client connects. The SDK reads what is absent from its environment (AWS_ENDPOINT_URL, AWS_REGION, …). */
export interface AwsOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Sockets that one process holds open to one service; the SDK's default of 50 would queue a spike. */
const SOCKETS = { maxSockets: 256 } as const;

/** How long one attempt may take before it counts as failed, in milliseconds. The SDK has no limit by default. */
export const AWS_REQUEST_TIMEOUT_MS = 2_000;

const REQUEST_HANDLER = {
  connectionTimeout: 1_000,
  requestTimeout: AWS_REQUEST_TIMEOUT_MS,
  throwOnRequestTimeout: true,
  httpAgent: SOCKETS,
  httpsAgent: SOCKETS,
} as const;

/** Attempts of one DynamoDB call. Every write of ours is conditional, so a repeat is harmless. */
export const DYNAMODB_ATTEMPTS = 3;

/** Attempts of one Step Functions call. One: the error of that attempt tells whether a StartExecution took effect. */
export const STEP_FUNCTIONS_ATTEMPTS = 1;

/** A DynamoDB client that takes and returns plain JavaScript values. */
export function createDynamoDb(options: AwsOptions = {}): DynamoDBDocumentClient {
  const { settings, shorten } = localWay('dynamodb', 'AWS_ENDPOINT_URL_DYNAMODB', options);
  const client = new DynamoDBClient({
    ...options,
    maxAttempts: DYNAMODB_ATTEMPTS,
    requestHandler: REQUEST_HANDLER,
    ...settings,
  });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return traceAwsCalls('DynamoDB', shorten(documents));
}

/** The endpoint is read as the SDK reads it. */
function localWay(
  service: string,
  variable: 'AWS_ENDPOINT_URL_DYNAMODB' | 'AWS_ENDPOINT_URL_SFN',
  { endpoint, region }: AwsOptions,
): LoopbackClient {
  const { [variable]: ofService, AWS_ENDPOINT_URL, AWS_REGION } = process.env;
  const { connectionTimeout, requestTimeout, httpAgent } = REQUEST_HANDLER;
  return loopbackClient(endpoint ?? (ofService || AWS_ENDPOINT_URL), {
    service,
    region: region ?? AWS_REGION,
    limits: { connectionTimeout, requestTimeout, maxSockets: httpAgent.maxSockets },
  });
}

/** A Step Functions client. */
export function createStepFunctions(options: AwsOptions = {}): SFNClient {
  const { settings, shorten } = localWay('states', 'AWS_ENDPOINT_URL_SFN', options);
  const client = new SFNClient({
    ...options,
    maxAttempts: STEP_FUNCTIONS_ATTEMPTS,
    requestHandler: REQUEST_HANDLER,
    ...settings,
  });
  return traceAwsCalls('SFN', shorten(client));
}

/** An EventBridge client. */
export function createEventBridge(options: AwsOptions = {}): EventBridgeClient {
  return new EventBridgeClient({ ...options, maxAttempts: DYNAMODB_ATTEMPTS, requestHandler: REQUEST_HANDLER });
}

/** True for throttling, timeouts, broken connections and faults of the service: a later attempt may succeed. */
export function isWorthRetrying(error: unknown): error is Error {
  return error instanceof Error && (isThrottling(error) || isTransient(error));
}

/**
 * Translates the errors of an AWS call that are worth retrying.
 *
 * @throws RetryableError with the code, the message for operators and one for everybody; other errors as they are
 */
export async function translateErrors<T>(
  call: Promise<T>,
  code: RetryableCode,
  message: string,
  publicMessage = message,
): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (!isWorthRetrying(cause)) {
      throw cause;
    }
    throw new RetryableError(code, message, { cause, publicMessage });
  }
}

/** Translates the errors of a call of Step Functions likewise. Customers read what it means to them. @throws RetryableError */
export function translateSagaErrors<T>(call: Promise<T>): Promise<T> {
  const publicMessage = 'orders are not carried on at the moment; send the request again a little later';
  return translateErrors(call, 'SAGA_UNAVAILABLE', 'Step Functions does not answer', publicMessage);
}
