import { ServiceError, Unavailable } from './service-error.ts';

/**
 * What a failed DynamoDB call means to the caller of an RPC: `STORE_UNAVAILABLE` where asking again can help (no
 * connection, throttled, a fault of the server, given up before it answered, a table that is still being made);
 * otherwise the error itself, which is then a defect or a wrong configuration and is answered INTERNAL.
 */
export function storeFailure(error: unknown): unknown {
  if (error instanceof ServiceError || !(error instanceof Error) || !isTransient(error)) {
    return error;
  }
  return storeUnavailable(error);
}

/** The answer where the store cannot do it now: the caller, who has the longest patience of all, comes back later. */
export function storeUnavailable(cause: unknown): Unavailable {
  return new Unavailable({ reason: 'STORE_UNAVAILABLE', message: 'The store does not answer; try again.' }, cause);
}

const TRANSIENT = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'InternalServerError',
  'ServiceUnavailable',
  'ResourceNotFoundException',
  'TransactionInProgressException',
  'TimeoutError',
  'AbortError',
]);

const CONNECTION_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

function isTransient(error: Error): boolean {
  if (TRANSIENT.has(error.name)) {
    return true;
  }
  if ('code' in error && typeof error.code === 'string' && CONNECTION_ERRORS.has(error.code)) {
    return true;
  }
  return '$fault' in error && error.$fault === 'server';
}
