import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { isFromForeignPage } from 'resilient-stepfunctions/foreign-page';
import { answer } from '../../functions/common/envelope.ts';
import { GATEWAY_ANSWERS, type GatewayResponseType } from '../../functions/http/gateway-answers.ts';
import { isJsonMediaType } from '../../functions/http/json-media-type.ts';

/** What the gate answers by itself, in API Gateway's words for the same case. */
export type Refusal = Extract<
  GatewayResponseType,
  'ACCESS_DENIED' | 'REQUEST_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'DEFAULT_4XX' | 'DEFAULT_5XX' | 'THROTTLED'
>;

/** Why a request is not even looked at; undefined where it may be passed on. */
export function refusalOf(incoming: IncomingMessage, mostBodyBytes: number): Refusal | undefined {
  if (isFromForeignPage(incoming)) {
    return 'ACCESS_DENIED';
  }
  const { 'content-length': length = '0', 'transfer-encoding': coding, 'content-type': type } = incoming.headers;
  // Whoever passes a body on must understand how it is coded; nobody but the gate sees this header.
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    return 'DEFAULT_4XX';
  }
  if (Number(length) > mostBodyBytes) {
    return 'REQUEST_TOO_LARGE';
  }
  // Here, as serverless-offline takes a body without a type for JSON.
  const hasBody = coding !== undefined || Number(length) > 0;
  return hasBody && !isJsonMediaType(type) ? 'UNSUPPORTED_MEDIA_TYPE' : undefined;
}

/** Refuses a request, whose body may still be on its way. */
export function refuse(incoming: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, code, data, headers } = GATEWAY_ANSWERS[refusal];
  const refused = answer(status, data, {
    meta: { code, request_id: randomUUID() },
    headers: refusal === 'THROTTLED' ? { 'Retry-After': String(retryAfterSeconds()) } : headers,
  });
  incoming.resume();
  // Whoever is still sending when the connection ends sees it broken, and no answer.
  if (refusal === 'REQUEST_TOO_LARGE') {
    incoming.once('end', () => send(response, refused));
  } else {
    send(response, refused);
  }
}

/** Answers with what a function, or something in its place, has to say. */
export function send(response: ServerResponse, { statusCode, headers, body }: APIGatewayProxyResult): void {
  response.writeHead(statusCode, headers as Record<string, string>).end(body);
}

/** Spread over seconds, so that those who were refused together do not come back together. */
function retryAfterSeconds(): number {
  return 1 + Math.floor(Math.random() * 5);
}
