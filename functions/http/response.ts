import { createHash } from 'node:crypto';
import type { APIGatewayProxyResult } from 'aws-lambda';
import {
  CustomerActionRequiredError,
  ERROR_CODES,
  type ErrorCode,
  InvalidRequestError,
  RetryableError,
  TerminalError,
} from '../common/errors.ts';

/**
 * The shape of every JSON response of the API.
 *
 * @example {"status":202,"success":true,"meta":null,"data":{"order_id":"…","status":"PENDING"}}
 */
export interface Envelope {
  /** The HTTP status once more. */
  readonly status: number;
  readonly success: boolean;
  readonly meta: Readonly<Record<string, unknown>> | null;
  /** The result; after a failure, a sentence for people. */
  readonly data: unknown;
}

/** Parts of a response beside its data. */
export interface ResponseOptions {
  readonly meta?: Readonly<Record<string, unknown>> | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** A response in the API's envelope; `success` follows from the status. */
export function respond(status: number, data: unknown, options: ResponseOptions = {}): APIGatewayProxyResult {
  const envelope: Envelope = { status, success: status < 400, meta: options.meta ?? null, data };
  return { statusCode: status, headers: { ...HEADERS, ...options.headers }, body: JSON.stringify(envelope) };
}

/**
 * The response to a GET, with an ETag; 304 without a body where the caller has it already. So a page that asks again and again
 * reads only what has changed.
 *
 * @param known the request's If-None-Match
 */
export function conditional(answered: APIGatewayProxyResult, known: string | undefined): APIGatewayProxyResult {
  if (answered.statusCode !== 200) {
    return answered;
  }
  const etag = `"${createHash('sha256').update(answered.body).digest('base64url').slice(0, 22)}"`;
  const headers = { ...answered.headers, ETag: etag };
  const isKnown = known?.split(',').some((each) => each.trim().replace(/^W\//, '') === etag) === true;
  return isKnown ? { statusCode: 304, headers, body: '' } : { ...answered, headers };
}

/** Seconds until a client may retry. Spread at random, so that refused clients do not return all at once. */
const RETRY_AFTER_SECONDS = { min: 1, max: 5 } as const;

const INTERNAL_ERROR_MESSAGE =
  'something went wrong on our side; send the request again, and if it fails once more, report meta.request_id';

/** The code under which an error is published. Every fault of our own is INTERNAL_ERROR. */
export function publishedCode(error: unknown): ErrorCode {
  const isOwn = error instanceof TerminalError || error instanceof RetryableError;
  return isOwn && ERROR_CODES[error.code].status !== 500 ? error.code : 'INTERNAL_ERROR';
}

/**
 * The response to a request that failed. Only messages that were written for the caller are shown: those of the functions'
 * own errors, except the ones that report a fault of ours.
 */
export function failureResponse(
  error: unknown,
  requestId: string,
  meta: Readonly<Record<string, unknown>> = {},
): APIGatewayProxyResult {
  const code = publishedCode(error);
  const { status } = ERROR_CODES[code];
  const isPublished = code !== 'INTERNAL_ERROR' && error instanceof Error;
  const faults = {
    ...(error instanceof InvalidRequestError && { errors: error.faults }),
    ...(error instanceof CustomerActionRequiredError && { action_url: error.actionUrl }),
  };
  return respond(status, isPublished ? publicMessage(error) : INTERNAL_ERROR_MESSAGE, {
    meta: { code, ...faults, ...meta, request_id: requestId },
    headers: status === 503 ? { 'Retry-After': String(retryAfterSeconds()) } : {},
  });
}

function publicMessage(error: Error): string {
  return error instanceof RetryableError ? error.publicMessage : error.message;
}

function retryAfterSeconds(): number {
  const { min, max } = RETRY_AFTER_SECONDS;
  return min + Math.floor(Math.random() * (max - min + 1));
}
