import type { JsonObject } from '../language/json.ts';
import { optimizedFailure, type ServiceRefusal, sdkFailure } from './aws-failure.ts';
import type { HttpReply } from './http-endpoint.ts';
import type { TaskFailure } from './integration.ts';
import { requestIdOf } from './sdk-metadata.ts';

/** A refusal of DynamoDB. */
export interface DynamoDbError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
}

/**
 * Error codes without an exception class in AWS's SDK. Step Functions reports them as the service's general exception.
 * `ValidationException` is the common one.
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

/** Parses a refusal of DynamoDB. */
export function readError(reply: HttpReply): DynamoDbError {
  let body: JsonObject = {};
  try {
    body = JSON.parse(reply.body) as JsonObject;
  } catch {
    // Not from DynamoDB itself but, say, from a proxy: only the status is known.
  }
  const type = typeof body.__type === 'string' ? body.__type : `Http${reply.status}`;
  return {
    code: type.slice(type.indexOf('#') + 1),
    message: String(body.message ?? body.Message ?? `DynamoDB answered ${reply.status}.`),
    status: reply.status,
    requestId: requestIdOf(reply),
  };
}

function withException(error: DynamoDbError, general: string): ServiceRefusal {
  return { ...error, exception: WITHOUT_CLASS.has(error.code) ? general : error.code };
}

/** The failure of a `dynamodb:…` task. */
export function optimizedDynamoDbFailure(error: DynamoDbError): TaskFailure {
  return optimizedFailure('DynamoDB', 'AmazonDynamoDBv2', withException(error, 'AmazonDynamoDBException'));
}

/** The failure of an `aws-sdk:dynamodb:…` task. */
export function sdkDynamoDbFailure(error: DynamoDbError): TaskFailure {
  return sdkFailure('DynamoDb', withException(error, 'DynamoDbException'));
}
