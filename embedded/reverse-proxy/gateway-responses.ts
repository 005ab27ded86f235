import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { isFromForeignPage } from 'resilient-stepfunctions/http';
import { GATEWAY_RESPONSES, type GatewayResponseType } from '../../functions/http/gateway-responses.ts';
import { isFormMediaType, isJsonMediaType } from '../../functions/http/request-reading.ts';
import { respond } from '../../functions/http/response.ts';

/** Why the proxy answers a request itself, by API Gateway's name for the same case. */
export type Refusal = Extract<
  GatewayResponseType,
  'ACCESS_DENIED' | 'REQUEST_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'DEFAULT_4XX' | 'DEFAULT_5XX' | 'THROTTLED'
>;

/**
 * Why a request is refused by its headers alone; undefined when it may be passed on.
 *
 * @param maxBodyBytes longer bodies are refused when the client declares their length
 */
export function refusalOf(incoming: IncomingMessage, maxBodyBytes: number): Refusal | undefined {
  if (isFromForeignPage(incoming)) {
    return 'ACCESS_DENIED';
  }
  const { 'content-length': length = '0', 'transfer-encoding': coding, 'content-type': type } = incoming.headers;
  // The API never sees this header, so a coding that the proxy cannot decode would be lost.
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    return 'DEFAULT_4XX';
  }
  if (Number(length) > maxBodyBytes) {
    return 'REQUEST_TOO_LARGE';
  }
  // Checked here because serverless-offline reads a body without a type as JSON.
  const hasBody = coding !== undefined || Number(length) > 0;
  return hasBody && !isJsonMediaType(type) && !isFormMediaType(type) ? 'UNSUPPORTED_MEDIA_TYPE' : undefined;
}

/**
 * Refuses a request, even while its body is still arriving.
 *
 * @param retrySeconds when a THROTTLED client should come back
 */
export function refuse(
  incoming: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  retrySeconds: number = secondsOfARestart(),
): void {
  const { status, code, data, headers } = GATEWAY_RESPONSES[refusal];
  const refused = respond(status, data, {
    meta: { code, request_id: randomUUID() },
    headers: refusal === 'THROTTLED' ? { 'Retry-After': String(retrySeconds) } : headers,
  });
  incoming.resume();
  // A client that is still sending when the connection closes sees a broken connection and no answer.
  if (refusal === 'REQUEST_TOO_LARGE') {
    incoming.once('end', () => send(response, refused));
  } else {
    send(response, refused);
  }
}

/** Sends the result of a Lambda function, or one made in its place. */
export function send(response: ServerResponse, { statusCode, headers, body }: APIGatewayProxyResult): void {
  response.writeHead(statusCode, headers as Record<string, string>).end(body);
}

/** While the API restarts. Random, so that clients refused together do not return together. */
function secondsOfARestart(): number {
  return 1 + Math.floor(Math.random() * 5);
}

/** API Gateway's name for each status that serverless-offline answers by itself. */
const RESPONSE_TYPES: Readonly<Record<number, GatewayResponseType>> = {
  401: 'UNAUTHORIZED',
  403: 'ACCESS_DENIED',
  404: 'MISSING_AUTHENTICATION_TOKEN',
  405: 'MISSING_AUTHENTICATION_TOKEN',
  413: 'REQUEST_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/**
 * API Gateway's response in place of one that serverless-offline made up itself: no credentials, no such path, a body over
 * its limit. Undefined when the answer comes from a function.
 *
 * @param methodsOfPath those that the request's path has: API Gateway says 404 to others, this proxy 405 (RFC 9110, section
 *   15.5.6)
 */
export function gatewayResponseInsteadOf(
  answered: IncomingMessage,
  methodsOfPath: () => readonly string[] = () => [],
): APIGatewayProxyResult | undefined {
  const { statusCode = 502, headers } = answered;
  // Every answer of a function has nosniff; the framework's own errors are JSON without it.
  const isFrameworkError = statusCode >= 400 && headers['x-content-type-options'] === undefined;
  if (!isFrameworkError || !headers['content-type']?.startsWith('application/json')) {
    return undefined;
  }
  const methods = statusCode === 404 || statusCode === 405 ? methodsOfPath() : [];
  if (methods.length > 0) {
    return methodNotAllowed(methods);
  }
  const type = RESPONSE_TYPES[statusCode] ?? (statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const { status, code, data, headers: own } = GATEWAY_RESPONSES[type];
  return respond(status, data, { meta: { code, request_id: randomUUID() }, headers: own });
}

/** The answer to a request for a path that has other methods. */
export function methodNotAllowed(methods: readonly string[]): APIGatewayProxyResult {
  const allowed = methods.join(', ');
  return respond(405, `this path takes ${allowed}; /docs lists all calls`, {
    meta: { code: 'METHOD_NOT_ALLOWED', request_id: randomUUID() },
    headers: { Allow: allowed },
  });
}
