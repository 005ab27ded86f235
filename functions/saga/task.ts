import * as z from 'zod';
import { InvalidTaskInputError, TerminalError } from '../common/errors.ts';
import { asError, type Log, type Logger, logWith, rootLogger } from '../common/logger.ts';

/** The context of a task, beside its own input. */
export interface TaskContext {
  readonly orderId: string;
  readonly traceparent: string;
  readonly log: Log;
}

/** A Lambda function that the state machine invokes. */
export type Task<Result> = (payload: unknown) => Promise<Result>;

const commonInput = z.object({ order_id: z.string().min(1), traceparent: z.string().min(1) });

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
    const { order_id: orderId, traceparent } = checked(name, commonInput, payload);
    const log = logWith(parent(), { task: name, order_id: orderId, traceparent });
    const started = Date.now();
    try {
      const result = await work(checked(name, input, payload), { orderId, traceparent, log });
      log.info('done', { ms: Date.now() - started });
      return result;
    } catch (error) {
      logFailure(log, error, Date.now() - started);
      throw error;
    }
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
