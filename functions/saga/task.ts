import * as z from 'zod';
import { ATTRIBUTES } from '../../telemetry/attributes.ts';
import { endInvocation } from '../../telemetry/invocation.ts';
import { record } from '../../telemetry/metrics.ts';
import type { SpanDescription } from '../../telemetry/span.ts';
import { traced } from '../../telemetry/tracing.ts';
import { InvalidTaskInputError, TerminalError } from '../common/errors.ts';
import { asError, type Log, type Logger, logWith, rootLogger } from '../common/logger.ts';
import { attemptSpan, startSpan, type TaskAttempt } from '../orders/saga-spans.ts';

/** The context of a task, beside its own input. */
export interface TaskContext {
  readonly orderId: string;
  readonly traceparent: string;
  readonly log: Log;
  /** Name of the execution that asks; undefined of an older definition, and of an operator's own call. */
  readonly execution: string | undefined;
}

/** A Lambda function that the state machine invokes. */
export type Task<Result> = (payload: unknown) => Promise<Result>;

/** The state machine's own words. Executions of an older definition, and an operator's own calls, do not have them. */
const taskAttempt = z
  .object({
    execution: z.string(),
    state: z.object({ Name: z.string(), EnteredTime: z.string(), RetryCount: z.int().default(0) }),
    /** Empty on LocalStack, which counts no redrives. */
    redrive_count: z.array(z.int()),
  })
  .transform(
    ({ execution, state, redrive_count: [redriveCount = 0] }): TaskAttempt => ({
      execution,
      state: state.Name,
      enteredAt: state.EnteredTime,
      redriveCount,
      retryCount: state.RetryCount,
    }),
  )
  .optional()
  // A task must not fail for what only its span needs.
  .catch(undefined);

const commonInput = z.object({
  order_id: z.string().min(1),
  traceparent: z.string().min(1),
  task_attempt: taskAttempt,
});

/** Tasks that undo a step of the order saga. */
const COMPENSATIONS: ReadonlySet<string> = new Set(['VoidPayment', 'ReleaseInventory']);

/**
 * Makes a task from its work. The errors of the work reach the state machine as they are: the name of an error decides
 * between Retry and Catch.
 *
 * @example
 * export const handler = createTask('ReleaseInventory', z.object({ reason: z.string() }), async ({ reason }, { orderId }) =>
 *   inventory().release({ orderId, reason }, { orderId }),
 * );
 *
 * @param input schema of the payload, without `order_id` and `traceparent`
 * @throws InvalidTaskInputError naming the fields that are wrong
 */
export function createTask<Shape extends z.ZodRawShape, Result>(
  name: string,
  input: z.ZodObject<Shape>,
  work: (input: z.output<z.ZodObject<Shape>>, context: TaskContext) => Promise<Result>,
  parent: () => Logger = rootLogger,
): Task<Result> {
  return async (payload) => {
    const { order_id: orderId, traceparent, task_attempt: attempt } = checked(name, commonInput, payload);
    const log = logWith(parent(), { task: name, order_id: orderId, traceparent });
    const started = Date.now();
    if (attempt !== undefined && attempt.retryCount > 0) {
      record('TaskRetries', 1, name);
    }
    try {
      const result = await traced(taskSpan(name, { orderId, traceparent }, attempt), async (span) => {
        try {
          return await work(checked(name, input, payload), {
            orderId,
            traceparent,
            log,
            execution: attempt?.execution,
          });
        } catch (error) {
          span.fail(asError(error).name, !(error instanceof TerminalError));
          throw error;
        }
      });
      if (COMPENSATIONS.has(name)) {
        record('Compensations', 1, name);
      }
      log.info('done', { ms: Date.now() - started });
      return result;
    } catch (error) {
      logFailure(log, error, Date.now() - started);
      throw error;
    } finally {
      await endInvocation();
    }
  };
}

/** The span of one attempt. Step Functions makes no spans, so it stands for the state as well. */
function taskSpan(
  name: string,
  { orderId, traceparent }: Pick<TaskContext, 'orderId' | 'traceparent'>,
  attempt: TaskAttempt | undefined,
): SpanDescription {
  return {
    name: `task ${attempt?.state ?? name}`,
    kind: 'SERVER',
    parent: attempt === undefined ? traceparent : startSpan(traceparent, attempt.execution),
    self: attempt === undefined ? undefined : attemptSpan(traceparent, attempt),
    attributes: {
      [ATTRIBUTES.FAAS_NAME]: name,
      [ATTRIBUTES.FAAS_TRIGGER]: 'other',
      [ATTRIBUTES.ORDER_ID]: orderId,
      [ATTRIBUTES.SAGA_EXECUTION]: attempt?.execution,
      [ATTRIBUTES.SAGA_STATE]: attempt?.state,
      [ATTRIBUTES.SAGA_RETRY_COUNT]: attempt?.retryCount,
      [ATTRIBUTES.SAGA_REDRIVE_COUNT]: attempt?.redriveCount,
    },
  };
}

function checked<Schema extends z.ZodType>(name: string, schema: Schema, payload: unknown): z.output<Schema> {
  const result = schema.safeParse(payload);
  if (result.success) {
    return result.data;
  }
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`);
  throw new InvalidTaskInputError(`${name} got an invalid input: ${faults.join('; ')}`);
}

function logFailure(log: Log, error: unknown, ms: number): void {
  if (error instanceof TerminalError) {
    log.info('refused', { code: error.code, why: error.message, ms });
  } else {
    log.warn('failed', { error: asError(error), ms });
  }
}
