import './quiet-log.ts';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/** What a test says of a request; the rest is as API Gateway sends it. */
export interface TestRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly owner?: string;
}

/** An event of API Gateway's proxy integration. A body that is no string is sent as JSON. */
export function httpEvent({ body, headers = {}, query, owner }: TestRequest = {}): APIGatewayProxyEvent {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const event: Partial<APIGatewayProxyEvent> = {
    httpMethod: body === undefined ? 'GET' : 'POST',
    path: '/test',
    headers: { ...(text === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    body: text ?? null,
    isBase64Encoded: false,
    queryStringParameters: query ?? null,
    requestContext: {
      requestId: 'request-1',
      authorizer: owner === undefined ? undefined : { owner },
    } as unknown as APIGatewayProxyEvent['requestContext'],
  };
  return event as APIGatewayProxyEvent;
}

/** An endpoint's answer with its envelope read. */
export function read({ statusCode, headers, body }: APIGatewayProxyResult) {
  return { statusCode, headers, ...(JSON.parse(body) as { success: boolean; meta: Meta | null; data: unknown }) };
}

type Meta = Readonly<Record<string, unknown>>;
