import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { ATTRIBUTES } from '../../telemetry/attributes.ts';
import { endInvocation } from '../../telemetry/invocation.ts';
import { record } from '../../telemetry/metrics.ts';
import { traced } from '../../telemetry/tracing.ts';
import { ROLES, type Role } from '../access/roles.ts';
import { readConfiguration } from '../common/configuration.ts';
import { ForbiddenError, TerminalError, UnauthenticatedError } from '../common/errors.ts';
import { asError, type Log, type Logger, rootLogger } from '../common/logger.ts';
import { GATEWAY_RESPONSES } from './gateway-responses.ts';
import { type HttpRequest, httpRequest } from './http-request.ts';
import { conditional, failureResponse, publishedCode } from './response.ts';

/** A Lambda function behind API Gateway's proxy integration. */
export type Endpoint = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** Properties of an endpoint beside its work. */
export interface EndpointOptions {
  /** Who may call it; absent: everybody with credentials. */
  readonly roles?: readonly Role[] | undefined;
  /** Needs no credentials in any AUTH_MODE. */
  readonly open?: true | undefined;
  readonly parent?: () => Logger;
}

/**
 * Makes an endpoint from its work. Whatever the work throws becomes a response in the envelope. Every request leaves one
 * line with its outcome in the log.
 *
 * @example
 * export const handler = createEndpoint(async (request) => respond(200, { order_id: request.query.order_id }));
 */
export function createEndpoint(
  work: (request: HttpRequest) => Promise<APIGatewayProxyResult>,
  { roles = ROLES, open, parent = rootLogger }: EndpointOptions = {},
): Endpoint {
  const admitted = open === true ? undefined : roles;
  return async (event) => {
    const requestId = event.requestContext?.requestId ?? randomUUID();
    const request = httpRequest(event, requestId, parent());
    const answer = await inSpan(event, request, () => answerTo(event, request, work, admitted));
    if (answer.statusCode === 503) {
      record('RequestsRefused', 1);
    }
    await endInvocation();
    return answer;
  };
}

/** The request's span is the one that its `traceparent` names, so that the order's saga finds its parent there. */
function inSpan(
  event: APIGatewayProxyEvent,
  request: HttpRequest,
  work: () => Promise<APIGatewayProxyResult>,
): Promise<APIGatewayProxyResult> {
  const { httpMethod, path, resource } = event;
  const description = {
    name: `${httpMethod} ${resource ?? path}`,
    kind: 'SERVER',
    self: request.traceparent,
    parent: request.header('traceparent'),
    attributes: {
      [ATTRIBUTES.HTTP_METHOD]: httpMethod,
      [ATTRIBUTES.HTTP_ROUTE]: resource ?? undefined,
      [ATTRIBUTES.URL_PATH]: path,
      [ATTRIBUTES.FAAS_TRIGGER]: 'http',
    },
  } as const;
  return traced(description, async (span) => {
    const answer = await work();
    span.set({ [ATTRIBUTES.HTTP_STATUS]: answer.statusCode });
    if (answer.statusCode >= 500) {
      span.fail(String(answer.statusCode), true);
    }
    return answer;
  });
}

async function answerTo(
  event: APIGatewayProxyEvent,
  request: HttpRequest,
  work: (request: HttpRequest) => Promise<APIGatewayProxyResult>,
  admitted: readonly Role[] | undefined,
): Promise<APIGatewayProxyResult> {
  const started = Date.now();
  const called = { method: event.httpMethod, path: event.path };
  try {
    // Before anything of the request is read: a refused caller learns nothing by it.
    if (admitted !== undefined) {
      admit(request, admitted);
    }
    const worked = await work(request);
    const answered = event.httpMethod === 'GET' ? conditional(worked, request.header('if-none-match')) : worked;
    request.log.info('answered', { ...called, status: answered.statusCode, ms: Date.now() - started });
    return answered;
  } catch (error) {
    const failure = failureResponse(error, request.requestId);
    const outcome = { ...called, status: failure.statusCode, code: publishedCode(error), ms: Date.now() - started };
    logFailure(request.log, error, outcome);
    return failure;
  }
}

/** @throws UnauthenticatedError, ForbiddenError */
function admit(request: HttpRequest, admitted: readonly Role[]): void {
  if (request.roles.length === 0) {
    // API Gateway asks the authorizer first: only a faulty deployment leads here.
    request.log.error('no authorizer has named the caller', { authMode: readConfiguration(['AUTH_MODE']).AUTH_MODE });
    throw new UnauthenticatedError(GATEWAY_RESPONSES.UNAUTHORIZED.data);
  }
  if (!admitted.some((role) => request.roles.includes(role))) {
    throw new ForbiddenError('that is not allowed');
  }
}

function logFailure(log: Log, error: unknown, outcome: { readonly status: number }): void {
  if (outcome.status === 500) {
    log.error('failed', { ...outcome, error: asError(error) });
  } else if (error instanceof TerminalError) {
    log.info('refused', { ...outcome, why: error.message });
  } else {
    log.warn('could not be answered', { ...outcome, error: asError(error) });
  }
}
