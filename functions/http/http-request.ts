import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Log, type Logger, logWith } from '../common/logger.ts';
import { continueTrace } from '../common/trace-context.ts';

/** One request to an endpoint. */
export interface HttpRequest {
  readonly requestId: string;
  /** W3C trace context of the work that the request causes. */
  readonly traceparent: string;
  /** Who asks, as the authorizer says; undefined where the API runs without one. */
  readonly owner: string | undefined;
  /** A header by its name, in whatever case; undefined where it is absent. */
  readonly header: (name: string) => string | undefined;
  /** The query's parameters, decoded; the last of several. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The body as text; empty where there is none. */
  readonly body: string;
  /** The log of this request. */
  readonly log: Log;
}

/** Reads API Gateway's event. */
export function httpRequest(event: APIGatewayProxyEvent, requestId: string, logger: Logger): HttpRequest {
  const headers = new Map(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const),
  );
  const header = (name: string) => headers.get(name.toLowerCase());
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

/** Text or null by API Gateway's contract; serverless-offline hands a body of JSON's `false` or `0` on as that value. */
function bodyText(body: unknown): string {
  if (typeof body === 'string') {
    return body;
  }
  return body === null || body === undefined ? '' : JSON.stringify(body);
}
