import type { JsonObject } from '../language/json.ts';
import type { HttpReply } from './http-endpoint.ts';
import { TaskFailure } from './integration.ts';
import { requestIdOf } from './sdk-metadata.ts';

/** What DynamoDB said no with. */
export interface DynamoDbError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
}

/**
 * Codes that AWS's SDK has no exception class for: Step Functions then names the service's general exception.
 * `ValidationException` is the one that occurs in practice.
 */
const WITHOUT_CLASS = new Set([
  'AccessDeniedException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SerializationException',
  'ThrottlingException',
  'UnknownOperationException',
  'UnrecognizedClientException',
  'ValidationException',
]);

/** Reads a refusal of DynamoDB. */
export function readError(reply: HttpReply): DynamoDbError {
  let body: JsonObject = {};
  try {
    body = JSON.parse(reply.body) as JsonObject;
  } catch {
    // Not from DynamoDB itself, as of a proxy in front of it: the status says what there is to say.
  }
  const type = typeof body.__type === 'string' ? body.__type : `Http${reply.status}`;
  return {
    code: type.slice(type.indexOf('#') + 1),
    message: String(body.message ?? body.Message ?? `DynamoDB answered ${reply.status}.`),
    status: reply.status,
    requestId: requestIdOf(reply),
  };
}

/** The failure of a `dynamodb:…` task. */
export function optimizedFailure({ code, message, status, requestId }: DynamoDbError): TaskFailure {
  return new TaskFailure(
    `DynamoDB.${WITHOUT_CLASS.has(code) ? 'AmazonDynamoDBException' : code}`,
    `${message} (Service: AmazonDynamoDBv2; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
}

/** The failure of an `aws-sdk:dynamodb:…` task. */
export function sdkFailure({ code, message, status, requestId }: DynamoDbError): TaskFailure {
  return new TaskFailure(
    `DynamoDb.${WITHOUT_CLASS.has(code) ? 'DynamoDbException' : code}`,
    `${message} (Service: DynamoDb, Status Code: ${status}, Request ID: ${requestId}) (SDK Attempt Count: 1)`,
  );
}
