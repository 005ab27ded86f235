import { randomBytes } from 'node:crypto';
import { parseTraceParent } from '@opentelemetry/core';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Log, type Logger, logWith } from '../common/logger.ts';

/** One request to an endpoint. */
export interface HttpRequest {
  readonly requestId: string;
  /** W3C trace context of the work that the request causes. */
  readonly traceparent: string;
  /** The caller, as the authorizer reports; undefined where the API runs without one. */
  readonly owner: string | undefined;
  /** A header by its name in any case; undefined where it is absent. */
  readonly header: HeaderLookup;
  /** The query's parameters, decoded; of several, the last. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The body as text; empty where there is none. */
  readonly body: string;
  /** The log of this request. */
  readonly log: Log;
}

/** Finds a header by its name in any case. */
export type HeaderLookup = (name: string) => string | undefined;

/** Makes the lookup for the headers of an event. */
export function headerLookup(headers: Readonly<Record<string, string | undefined>> | null): HeaderLookup {
  const byName = new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const));
  return (name) => byName.get(name.toLowerCase());
}

/** Reads an event of API Gateway's proxy integration. */
export function httpRequest(event: APIGatewayProxyEvent, requestId: string, logger: Logger): HttpRequest {
  const header = headerLookup(event.headers);
  const traceparent = continueTrace(header('traceparent'));
  const owner: unknown = event.requestContext?.authorizer?.owner;
  const body = bodyText(event.body);
  return {
    requestId,
    traceparent,
    owner: typeof owner === 'string' && owner !== '' ? owner : undefined,
    header,
    query: event.queryStringParameters ?? {},
    body: event.isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body,
    log: logWith(logger, { request_id: requestId, traceparent }),
  };
}

/** API Gateway passes a string or null. serverless-offline passes a JSON body of `false` or `0` as that value. */
function bodyText(body: unknown): string {
  if (typeof body === 'string') {
    return body;
  }
  return body === null || body === undefined ? '' : JSON.stringify(body);
}

/**
 * A W3C `traceparent` for the work that a request causes: the same trace, a new span. A header that is absent or not valid
 * starts a new trace (W3C Trace Context, sections 3.2.2.5 and 4).
 */
export function continueTrace(incoming: string | undefined): string {
  const parent = incoming === undefined ? null : parseTraceParent(incoming);
  const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
  const flags = (parent?.traceFlags ?? 1).toString(16).padStart(2, '0');
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
}
