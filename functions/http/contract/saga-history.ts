import * as z from 'zod';
import { orderId } from './fields.ts';
import type { Operation } from './operation.ts';

const REFUND_RULE = 'must be the id of a refund, as /orders/status answers it';
const MAX_REFUND_ID = 100;
const RUN_RULE = 'must be a whole number, 0 or more';

/** Query of `GET /orders/saga`. */
export const sagaHistoryQuery = z.object({
  order_id: orderId,
  refund_id: z
    .string({ error: REFUND_RULE })
    .min(1, REFUND_RULE)
    .max(MAX_REFUND_ID, REFUND_RULE)
    .optional()
    .meta({ description: 'a refund of the order: its saga; without it the saga of the order' }),
  run: z.coerce
    .number({ error: RUN_RULE })
    .int(RUN_RULE)
    .min(0, RUN_RULE)
    .optional()
    .meta({ description: 'which execution of the saga, from 0; without it the last one' }),
});

const time = z.iso.datetime();
const data = z.unknown().optional();
const error = z
  .object({ name: z.string(), message: z.string().optional() })
  .optional()
  .meta({ description: 'the name of the error, and its message' });

/** Data of `GET /orders/saga`. */
export const sagaHistorySchema = z.object({
  order_id: z.uuid(),
  refund_id: z.string().optional().meta({ description: 'the refund whose saga it is' }),
  run: z.int().min(0),
  runs: z.int().min(1).meta({ description: 'how many executions the saga has had' }),
  trace_id: z.string().optional().meta({ description: 'the trace of the saga: in every log line, and in its spans' }),
  execution: z.object({
    name: z.string(),
    status: z.string().meta({ description: 'as Step Functions says; NOT_FOUND where it does not know the execution' }),
    started_at: time.optional(),
    stopped_at: time.optional(),
    redrive_count: z.int().min(0),
    input: data,
    output: data,
    error,
    start_at: z.string().optional().meta({ description: 'the first state' }),
    states: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        comment: z.string().optional(),
        next: z.array(z.string()).meta({ description: 'the states that may follow' }),
        after_error: z.array(z.string()).meta({ description: 'those of them that follow only an error' }),
        status: z.enum(['NOT_REACHED', 'RUNNING', 'SUCCEEDED', 'CAUGHT', 'FAILED', 'ABORTED', 'TIMED_OUT']),
        attempts: z.int().min(0),
        entered_at: time.optional(),
        exited_at: time.optional(),
        input: data,
        output: data,
        error,
        retried_by: time
          .optional()
          .meta({ description: 'while it waits for its next attempt: the latest time of that' }),
      }),
    ),
    events: z
      .array(
        z.object({
          id: z.int(),
          at: time,
          type: z.string().meta({ description: 'as Step Functions calls it' }),
          state: z.string().optional().meta({ description: 'the state that it belongs to' }),
        }),
      )
      .meta({ description: 'the last events of the execution, oldest first' }),
    incomplete: z.boolean().meta({ description: 'true where the history was too long to be read whole' }),
  }),
});

/** `GET /orders/saga`. */
export const sagaHistoryOperation: Operation = {
  id: 'sagaHistory',
  tag: 'Operating',
  method: 'get',
  paths: ['/orders/saga'],
  roles: ['operator'],
  summary: 'How the saga of an order, or of one of its refunds, went',
  description:
    'The execution of the order, or of a refund: every state of its definition with status, attempts, times, input, output ' +
    'and error. Task tokens and payment methods are not shown. A refund that was made at the payment service has had no ' +
    'saga: its execution is NOT_FOUND.',
  query: sagaHistoryQuery,
  success: {
    status: 200,
    data: sagaHistorySchema,
    example: {
      order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
      run: 0,
      runs: 1,
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      execution: {
        name: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
        status: 'RUNNING',
        started_at: '2026-11-28T12:00:00.000Z',
        redrive_count: 0,
        start_at: 'ReserveInventory',
        states: [
          {
            name: 'ReserveInventory',
            type: 'Task',
            next: ['RecordReservation', 'CloseOrder', 'ReleaseInventory'],
            after_error: ['CloseOrder', 'ReleaseInventory'],
            status: 'RUNNING',
            attempts: 2,
            entered_at: '2026-11-28T12:00:00.100Z',
            error: { name: 'RetryableError', message: 'the inventory does not answer' },
            retried_by: '2026-11-28T12:00:08.100Z',
          },
        ],
        events: [
          { id: 1, at: '2026-11-28T12:00:00.000Z', type: 'ExecutionStarted' },
          { id: 2, at: '2026-11-28T12:00:00.100Z', type: 'TaskStateEntered', state: 'ReserveInventory' },
        ],
        incomplete: false,
      },
    },
  },
  errors: ['INVALID_REQUEST', 'ORDER_NOT_FOUND', 'REFUND_NOT_FOUND', 'ORDERS_UNAVAILABLE', 'SAGA_UNAVAILABLE'],
};
