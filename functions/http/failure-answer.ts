import type { APIGatewayProxyResult } from 'aws-lambda';
import { answer } from '../common/envelope.ts';
import { ERROR_CODES, type ErrorCode } from '../common/error-code.ts';
import { InvalidRequestError, RetryableError, TerminalError } from '../common/errors.ts';

/** Seconds after which a refused request may come again; spread, so that they do not all come at once. */
const RETRY_AFTER_SECONDS = { least: 1, most: 5 } as const;

const OUR_FAULT =
  'something went wrong on our side; send the request again, and if it fails once more, report meta.request_id';

/** The code under which an error is published; what is a mistake of ours is INTERNAL_ERROR, whichever it is. */
export function publishedCode(error: unknown): ErrorCode {
  const ours = error instanceof TerminalError || error instanceof RetryableError;
  return ours && ERROR_CODES[error.code].status !== 500 ? error.code : 'INTERNAL_ERROR';
}

/**
 * The answer to a request that failed. Only what was meant for the caller gets out: the words of our own errors, and
 * of those not the ones that say we made a mistake.
 */
export function failureAnswer(
  error: unknown,
  requestId: string,
  meta: Readonly<Record<string, unknown>> = {},
): APIGatewayProxyResult {
  const code = publishedCode(error);
  const { status } = ERROR_CODES[code];
  const published = code !== 'INTERNAL_ERROR' && error instanceof Error;
  const faults = error instanceof InvalidRequestError ? { errors: error.faults } : {};
  return answer(status, published ? error.message : OUR_FAULT, {
    meta: { code, ...faults, ...meta, request_id: requestId },
    headers: status === 503 ? { 'Retry-After': String(retryAfterSeconds()) } : {},
  });
}

function retryAfterSeconds(): number {
  const { least, most } = RETRY_AFTER_SECONDS;
  return least + Math.floor(Math.random() * (most - least + 1));
}
