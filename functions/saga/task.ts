import * as z from 'zod';
import { InvalidTaskInputError, TerminalError } from '../common/errors.ts';
import { type Log, type Logger, logWith, rootLogger } from '../common/logger.ts';

/** What a task of the saga knows beside its own input. */
export interface TaskContext {
  readonly orderId: string;
  readonly traceparent: string;
  readonly log: Log;
}

/** A Lambda function that the state machine calls. */
export type Task<Result> = (payload: unknown) => Promise<Result>;

const commonInput = z.object({ order_id: z.string().min(1), traceparent: z.string().min(1) });

/**
 * Makes a task of its work. What the work throws goes to the state machine as it is: the error's name decides between
 * Retry and Catch.
 *
 * @param input what the payload holds beside `order_id` and `traceparent`
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
  throw new InvalidTaskInputError(`${name} got an input it cannot work with: ${faults.join('; ')}`);
}

function logFailure(log: Log, error: unknown, ms: number): void {
  if (error instanceof TerminalError) {
    log.info('refused', { code: error.code, why: error.message, ms });
  } else {
    log.warn('failed', { error: error instanceof Error ? error : new Error(String(error)), ms });
  }
}
