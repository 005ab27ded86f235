import { type handleUnaryCall, type ServerUnaryCall, status } from '@grpc/grpc-js';
import type * as z from 'zod';
import { ATTRIBUTES } from '../../telemetry/attributes.ts';
import { traced } from '../../telemetry/tracing.ts';
import { followDeadline } from './call-deadline.ts';
import { callLogger, logLateFailure, logOutcome, orderIdOf, traceparentOf } from './call-log.ts';
import type { CallMetrics } from './call-metrics.ts';
import { systemClock } from './clock.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import type { FaultInjection } from './fault-injection.ts';
import type { Logger } from './logger.ts';
import { validated } from './request-validation.ts';
import { ServiceError, TerminalError, toStatus } from './service-error.ts';

/** What all handlers of one service share. */
export interface CallEnvironment {
  /** Full name of the service, such as `inventory.v1.InventoryService`. */
  readonly service: string;
  /** The domain of the service's `ErrorInfo`, such as `inventory.v1`. */
  readonly domain: string;
  readonly concurrency: ConcurrencyLimit;
  readonly faults: FaultInjection;
  readonly logger: Logger;
  readonly metrics: CallMetrics;
  /** Deadline of a call whose caller set none. */
  readonly defaultDeadlineMs: number;
}

/** What a handler gets beside the request. */
export interface CallContext {
  /** Aborts when the caller no longer waits. */
  readonly signal: AbortSignal;
  /** Adds the order id and the trace to every line. */
  readonly logger: Logger;
}

/** One RPC: how its request is validated, and what it does. */
export interface UnaryMethod<Schema extends z.ZodType, Response> {
  /** The RPC's name as in the proto. */
  readonly rpc: string;
  readonly request: Schema;
  readonly handle: (request: z.output<Schema>, context: CallContext) => Promise<Response>;
}

/**
 * Makes a gRPC handler of a method. Every call passes the same layers; each of them may end it with a `ServiceError`:
 *
 *     deadline -> validation -> concurrency limit -> fault injection -> handle
 *
 * The outcome is one line in the log.
 *
 * @example
 * capture: unaryCall(environment, {
 *   rpc: 'Capture',
 *   request: z.object({ orderId }),
 *   handle: async ({ orderId }, { signal }) => ({ payment: await capture(payments, orderId, signal) }),
 * })
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
    const work = inSpan(environment, method.rpc, call, () =>
      perform(environment, method, call.request, { signal, logger }),
    );
    Promise.race([work, deadline.expired])
      .then(
        (response) => {
          callback(null, response);
          environment.metrics.answered(method.rpc, 'OK', systemClock() - started);
          logOutcome(logger, started);
        },
        (error: unknown) => {
          const answer = toStatus(error, environment.domain);
          callback(answer);
          environment.metrics.answered(method.rpc, status[answer.code], systemClock() - started);
          logOutcome(logger, started, { error, answer });
          if (signal.aborted) {
            logLateFailure(logger, work, signal);
          }
        },
      )
      .finally(deadline.clear)
      .catch((error: unknown) => logger.error({ err: error }, 'the answer could not be sent'));
  };
}

function inSpan<Response>(
  { service, domain }: CallEnvironment,
  rpc: string,
  { request, metadata }: ServerUnaryCall<unknown, unknown>,
  work: () => Promise<Response>,
): Promise<Response> {
  const name = `${service}/${rpc}`;
  const description = {
    name,
    kind: 'SERVER',
    parent: traceparentOf(metadata),
    attributes: {
      [ATTRIBUTES.RPC_SYSTEM]: 'grpc',
      [ATTRIBUTES.RPC_METHOD]: name,
      [ATTRIBUTES.ORDER_ID]: orderIdOf(request),
    },
  } as const;
  return traced(description, async (span) => {
    try {
      const response = await work();
      span.set({ [ATTRIBUTES.RPC_STATUS]: 'OK' });
      return response;
    } catch (error) {
      const code = status[toStatus(error, domain).code];
      span.set({ [ATTRIBUTES.RPC_STATUS]: code });
      span.fail(error instanceof ServiceError ? error.reason : code, !(error instanceof TerminalError));
      throw error;
    }
  });
}

async function perform<Schema extends z.ZodType, Response>(
  { concurrency, faults }: CallEnvironment,
  { rpc, request: schema, handle }: UnaryMethod<Schema, Response>,
  message: unknown,
  context: CallContext,
): Promise<Response> {
  const request = validated(schema, message);
  const { signal } = context;
  const work = (): Promise<Response> => {
    signal.throwIfAborted();
    return handle(request, context);
  };
  return concurrency.run(() => faults.around(rpc, work, signal), signal);
}
