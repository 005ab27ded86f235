import { type handleUnaryCall, type ServerUnaryCall, type StatusObject, status } from '@grpc/grpc-js';
import type * as z from 'zod';
import type { Admission } from './admission.ts';
import { followDeadline } from './call-deadline.ts';
import { systemClock } from './clock.ts';
import type { FaultInjection } from './fault-injection.ts';
import type { Logger } from './logger.ts';
import { validated } from './request-validation.ts';
import { ServiceError, TerminalError } from './service-error.ts';
import { toStatus } from './status-details.ts';
import { traceparentOf } from './trace-context.ts';
import { UndecodableRequest } from './undecodable-request.ts';

/** What the handlers of one service share. */
export interface CallEnvironment {
  /** The domain of the service's `ErrorInfo`, such as `inventory.v1`. */
  readonly domain: string;
  readonly admission: Admission;
  readonly faults: FaultInjection;
  readonly logger: Logger;
  /** Deadline of a call whose caller set none, in milliseconds. */
  readonly defaultDeadlineMs: number;
}

/** What a handler knows of its call beside the request. */
export interface CallContext {
  /** Aborted once nobody waits for the answer. */
  readonly signal: AbortSignal;
  /** Adds the order id and traceparent to every line. */
  readonly logger: Logger;
}

/** One RPC: how its request is checked and what it does. */
export interface UnaryMethod<Schema extends z.ZodType, Response> {
  /** The RPC's name as in the proto. */
  readonly rpc: string;
  readonly request: Schema;
  readonly handle: (request: z.output<Schema>, context: CallContext) => Promise<Response>;
}

/**
 * Makes a gRPC handler of a method: deadline, check of the request, admission, injected faults, the work itself, and one
 * log line with the outcome.
 */
export function unaryCall<Request, Schema extends z.ZodType, Response>(
  environment: CallEnvironment,
  method: UnaryMethod<Schema, Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const started = systemClock();
    const logger = callLogger(environment.logger, method.rpc, call);
    const deadline = followDeadline(call, environment.defaultDeadlineMs, started);
    const { signal } = deadline;
    const work = perform(environment, method, call.request, { signal, logger });
    Promise.race([work, deadline.expired])
      .then(
        (response) => {
          callback(null, response);
          logOutcome(logger, started);
        },
        (error: unknown) => {
          const answer = toStatus(error, environment.domain);
          callback(answer);
          logOutcome(logger, started, { error, answer });
          if (signal.aborted) {
            logLateFailure(work, signal, logger);
          }
        },
      )
      .finally(deadline.clear)
      .catch((error: unknown) => logger.error({ err: error }, 'the answer could not be sent'));
  };
}

async function perform<Schema extends z.ZodType, Response>(
  { admission, faults }: CallEnvironment,
  { rpc, request: schema, handle }: UnaryMethod<Schema, Response>,
  message: unknown,
  context: CallContext,
): Promise<Response> {
  if (message instanceof UndecodableRequest) {
    throw message.refusal();
  }
  const request = validated(schema, message);
  const { signal } = context;
  const work = (): Promise<Response> => {
    signal.throwIfAborted();
    return handle(request, context);
  };
  return admission.admit(() => faults.around(rpc, work, signal), signal);
}

function callLogger(logger: Logger, rpc: string, call: ServerUnaryCall<unknown, unknown>): Logger {
  const { request } = call;
  const order = typeof request === 'object' && request !== null && 'orderId' in request ? request.orderId : undefined;
  return logger.child({
    rpc,
    ...(typeof order === 'string' ? { order_id: order.slice(0, 64) } : {}),
    ...withTraceparent(traceparentOf(call.metadata)),
  });
}

function withTraceparent(traceparent: string | undefined): { readonly traceparent?: string } {
  return traceparent === undefined ? {} : { traceparent };
}

interface Failure {
  readonly error: unknown;
  readonly answer: StatusObject;
}

function logOutcome(logger: Logger, started: number, failure?: Failure): void {
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
    logger.warn({ code, reason: error.reason, duration_ms, ...cause(error) }, 'call failed, may be tried again');
  } else {
    logger.error({ code, duration_ms, err: error }, 'call failed unexpectedly');
  }
}

function cause(error: ServiceError): { readonly err?: unknown } {
  return error.cause === undefined ? {} : { err: error.cause };
}

/** The caller has its answer by then, so the log is the only place where a defect still shows. */
function logLateFailure(work: Promise<unknown>, signal: AbortSignal, logger: Logger): void {
  work.catch((error: unknown) => {
    const stopped = error === signal.reason || (error instanceof Error && error.name === 'AbortError');
    if (!stopped && !(error instanceof ServiceError)) {
      logger.error({ err: error }, 'call failed after its deadline');
    }
  });
}
