import * as z from 'zod';
import { NeedsAttentionError } from '../common/errors.ts';
import { createTask } from './task.ts';

const input = z.object({
  /** The refund that waits; absent where the order itself does. */
  refund_id: z.string().min(1).optional(),
  parked_step: z.string().min(1),
  error: z.string(),
  cause: z.string(),
  /** The execution's redrive count when the step gave up. */
  parked_at_redrive_count: z.int().min(0),
  /** The execution's redrive count now. */
  redrive_count: z.int().min(0),
});

/**
 * The task AwaitRedrive. It fails the execution with NeedsAttentionError until an operator redrives it; after the redrive the
 * parked step runs again.
 */
export const handler = createTask('AwaitRedrive', input, async (parked, { log }): Promise<Record<string, never>> => {
  if (parked.redrive_count > parked.parked_at_redrive_count) {
    return {};
  }
  const { refund_id, parked_step: step, error, cause } = parked;
  log.error(`${refund_id === undefined ? 'order' : 'refund'} needs attention`, { refund_id, step, error, cause });
  throw new NeedsAttentionError(
    `${parked.parked_step} gave up with ${parked.error}: ${parked.cause}. Fix the cause, then redrive the execution.`,
  );
});
