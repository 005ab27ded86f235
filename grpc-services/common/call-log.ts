import { type Metadata, type ServerUnaryCall, type StatusObject, status } from '@grpc/grpc-js';
import { parseTraceParent } from '@opentelemetry/core';
import { systemClock } from './clock.ts';
import type { Logger } from './logger.ts';
import { ServiceError, TerminalError } from './service-error.ts';

/** A logger for one call: every line has its RPC, its order id and its trace, where the call has them. */
export function callLogger(logger: Logger, rpc: string, call: ServerUnaryCall<unknown, unknown>): Logger {
  const orderId = orderIdOf(call.request);
  const traceparent = traceparentOf(call.metadata);
  return logger.child({
    rpc,
    ...(orderId === undefined ? {} : { order_id: orderId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

/** The order of a request, cut to the length of an id; undefined where it names none. */
export function orderIdOf(request: unknown): string | undefined {
  const orderId = typeof request === 'object' && request !== null && 'orderId' in request ? request.orderId : undefined;
  return typeof orderId === 'string' ? orderId.slice(0, 64) : undefined;
}

/** The caller's W3C `traceparent`; undefined when it is missing or malformed. */
export function traceparentOf(metadata: Metadata): string | undefined {
  const [value] = metadata.get('traceparent');
  return typeof value === 'string' && parseTraceParent(value) !== null ? value : undefined;
}

/** What a handler threw, and the status that its caller got for it. */
export interface CallFailure {
  readonly error: unknown;
  readonly answer: StatusObject;
}

/**
 * Logs the outcome of a call in one line: refusals at level info, retryable errors at warn with their cause, and defects at
 * error with their stack. `started` is in milliseconds since the epoch.
 */
export function logOutcome(logger: Logger, started: number, failure?: CallFailure): void {
  const duration_ms = systemClock() - started;
  if (failure === undefined) {
    logger.info({ code: 'OK', duration_ms }, 'call answered');
    return;
  }
  const { error, answer } = failure;
  const code = status[answer.code];
  if (error instanceof TerminalError) {
    logger.info({ code, reason: error.reason, duration_ms }, 'call refused');
  } else if (error instanceof ServiceError) {
    const cause = error.cause === undefined ? {} : { err: error.cause };
    logger.warn({ code, reason: error.reason, duration_ms, ...cause }, 'call failed, may be tried again');
  } else {
    logger.error({ code, duration_ms, err: error }, 'call failed unexpectedly');
  }
}

/** Logs a defect that shows after the deadline. Its caller already has an answer, so it would go unnoticed. */
export function logLateFailure(logger: Logger, work: Promise<unknown>, signal: AbortSignal): void {
  work.catch((error: unknown) => {
    const stopped = error === signal.reason || (error instanceof Error && error.name === 'AbortError');
    if (!stopped && !(error instanceof ServiceError)) {
      logger.error({ err: error }, 'call failed after its deadline');
    }
  });
}
