import { MAX_PAYLOAD_BYTES } from '../core/json-text.ts';
import { parseJson } from '../language/exact-number.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { HttpReply } from './http-endpoint.ts';
import { TaskFailure } from './integration.ts';
import { requestIdOf } from './sdk-metadata.ts';

/** Lambda's exceptions by HTTP status, for endpoints that do not name them. */
const BY_STATUS: { readonly [status: number]: string } = {
  400: 'InvalidParameterValueException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  413: 'RequestTooLargeException',
  429: 'TooManyRequestsException',
  502: 'EC2UnexpectedException',
};

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The failure of a function that threw: its error name, and its payload as JSON text. */
function functionError(body: string): TaskFailure {
  const payload = readPayload(body);
  if (!isObject(payload)) {
    return unknownError(body);
  }
  const corrected = correctErrorType(payload);
  if (typeof corrected.errorType !== 'string') {
    return unknownError(body);
  }
  return new TaskFailure(corrected.errorType, corrected === payload ? body : JSON.stringify(corrected));
}

function unknownError(body: string): TaskFailure {
  return new TaskFailure(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${body}`,
  );
}

/** The failure of a call that Lambda itself refused. */
function serviceError(reply: HttpReply, functionArn: string): TaskFailure {
  const header = reply.headers['x-amzn-errortype'];
  const named = typeof header === 'string' ? header.split(':')[0] : undefined;
  const code = named ?? BY_STATUS[reply.status] ?? 'ServiceException';
  const said = readPayload(reply.body);
  const message = isObject(said) ? (said.Message ?? said.message) : undefined;
  const text =
    code === 'ResourceNotFoundException'
      ? `Function not found: ${functionArn}:$LATEST`
      : String(message ?? `Lambda answered ${reply.status}.`);
  return new TaskFailure(
    `Lambda.${code}`,
    `${text} (Service: AWSLambda; Status Code: ${reply.status}; Error Code: ${code}; Request ID: ${requestIdOf(reply)}; Proxy: null)`,
  );
}

/**
 * Throws the failure that a reply of Lambda's Invoke API reports.
 *
 * @param resource the name for the error about a result that is too large: the function's ARN, or `lambda`
 * @throws {TaskFailure} the function's own error, `Lambda.Unknown`, a Lambda exception, `States.DataLimitExceeded`
 */
export function throwIfFailed(reply: HttpReply, functionArn: string, resource: string): void {
  if (reply.status >= 300) {
    throw serviceError(reply, functionArn);
  }
  if (reply.headers['x-amz-function-error'] !== undefined) {
    throw functionError(reply.body);
  }
  if (Buffer.byteLength(reply.body) > MAX_PAYLOAD_BYTES) {
    throw new TaskFailure(
      'States.DataLimitExceeded',
      `The state/task '${resource}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }
}

// serverless-offline's Lambda endpoint departs from AWS in two ways. The next two functions correct them.

/** Restores the error's name: serverless-offline always says `Error`, and `trace[0]` starts with the true name. */
export function correctErrorType(payload: JsonObject): JsonObject {
  const [first] = Array.isArray(payload.trace) ? (payload.trace as readonly Json[]) : [];
  if (payload.errorType !== 'Error' || typeof first !== 'string') {
    return payload;
  }
  const name = /^[\w$.]+/.exec(first)?.[0];
  return name === undefined ? payload : { ...payload, errorType: name };
}

/** Parses what a function returned. serverless-offline puts a string between quotes without escaping it. */
export function readPayload(body: string): Json {
  if (body === '') {
    return null;
  }
  try {
    return parseJson(body);
  } catch {
    return body.length >= 2 && body.startsWith('"') && body.endsWith('"') ? body.slice(1, -1) : body;
  }
}
