import './quiet-log.ts';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

// The API of a test runs without authentication, unless the test says otherwise.
process.env.AUTH_MODE ??= 'none';

/** The parts of a request that a test sets. */
export interface TestRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** The owner of the caller's credentials; absent: the API runs without an authorizer. */
  readonly owner?: string;
  /** The role of the caller's credentials; absent with an owner: a policy from before the roles. */
  readonly role?: string;
}

/** Creates an event of API Gateway's proxy integration. A body other than a string is sent as JSON. */
export function httpEvent({ body, headers = {}, query, owner, role }: TestRequest = {}): APIGatewayProxyEvent {
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
      authorizer: owner === undefined ? undefined : { owner, ...(role !== undefined && { role }) },
    } as unknown as APIGatewayProxyEvent['requestContext'],
  };
  return event as APIGatewayProxyEvent;
}

/** Parses the envelope of an endpoint's answer. */
export function read({ statusCode, headers, body }: APIGatewayProxyResult) {
  return { statusCode, headers, ...(JSON.parse(body) as { success: boolean; meta: Meta | null; data: unknown }) };
}

type Meta = Readonly<Record<string, unknown>>;
