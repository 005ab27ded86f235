import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { answer } from '../../functions/common/envelope.ts';
import { GATEWAY_ANSWERS, type GatewayResponseType } from '../../functions/http/gateway-answers.ts';

/** serverless-offline's statuses, and what API Gateway calls the same case. */
const RESPONSE_TYPES: Readonly<Record<number, GatewayResponseType>> = {
  401: 'UNAUTHORIZED',
  403: 'ACCESS_DENIED',
  404: 'MISSING_AUTHENTICATION_TOKEN',
  405: 'MISSING_AUTHENTICATION_TOKEN',
  413: 'REQUEST_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/**
 * The answer to give in place of one that serverless-offline made up itself (no credentials, no such path, a body beyond
 * its limit): what API Gateway answers in the cloud. Undefined where a function gave the answer.
 */
export function insteadOfFrameworkAnswer(answered: IncomingMessage): APIGatewayProxyResult | undefined {
  const { statusCode = 502, headers } = answered;
  // Every answer of the functions says nosniff; the framework's own are JSON without it.
  const isOwn = statusCode >= 400 && headers['x-content-type-options'] === undefined;
  if (!isOwn || !headers['content-type']?.startsWith('application/json')) {
    return undefined;
  }
  const type = RESPONSE_TYPES[statusCode] ?? (statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const { status, code, data, headers: own } = GATEWAY_ANSWERS[type];
  return answer(status, data, { meta: { code, request_id: randomUUID() }, headers: own });
}
