import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { TerminalError } from '../common/errors.ts';
import { type Log, type Logger, rootLogger } from '../common/logger.ts';
import { failureAnswer, publishedCode } from './failure-answer.ts';
import { type HttpRequest, httpRequest } from './http-request.ts';

/** A Lambda function behind API Gateway's proxy integration. */
export type Endpoint = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/**
 * Makes an endpoint of its work: whatever the work throws becomes an answer in the envelope, and every request leaves
 * one line in the log with its outcome.
 */
export function createEndpoint(
  work: (request: HttpRequest) => Promise<APIGatewayProxyResult>,
  parent: () => Logger = rootLogger,
): Endpoint {
  return async (event) => {
    const requestId = event.requestContext?.requestId ?? randomUUID();
    const request = httpRequest(event, requestId, parent());
    const started = Date.now();
    const called = { method: event.httpMethod, path: event.path };
    try {
      const answered = await work(request);
      request.log.info('answered', { ...called, status: answered.statusCode, ms: Date.now() - started });
      return answered;
    } catch (error) {
      const failure = failureAnswer(error, requestId);
      const outcome = { ...called, status: failure.statusCode, code: publishedCode(error), ms: Date.now() - started };
      logFailure(request.log, error, outcome);
      return failure;
    }
  };
}

function logFailure(log: Log, error: unknown, outcome: { readonly status: number }): void {
  const cause = error instanceof Error ? error : new Error('something that is no error was thrown', { cause: error });
  if (outcome.status === 500) {
    log.error('failed', { ...outcome, error: cause });
  } else if (error instanceof TerminalError) {
    log.info('refused', { ...outcome, why: error.message });
  } else {
    log.warn('could not be answered', { ...outcome, error: cause });
  }
}
