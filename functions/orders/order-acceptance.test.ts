import '../../tests/support/quiet-log.ts';
import { expect, test } from '@jest/globals';
import { interpose } from '../../tests/support/dynamodb-requests.ts';
import { keptLog } from '../../tests/support/kept-log.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { type RecordedCall, type Reply, refuse } from '../../tests/support/step-functions-recorder.ts';
import { logWith, rootLogger } from '../common/logger.ts';
import type { Order } from './order.ts';
import { acceptOrder } from './order-acceptance.ts';
import { createOrderSaga } from './order-saga.ts';
import { readOrder } from './order-table.ts';
import { addOrder, recordRepeatedStart, removeUnstartedOrder } from './order-writes.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();

function accept(order: Order, logger = rootLogger()): Promise<Order> {
  return acceptOrder(order, logWith(logger, {}), {
    table: database.table,
    saga: createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga'),
    startRetries: { delaysMs: [5], withinMs: 2_000 },
  });
}

/** The same request once more: another placement and another trace, of the same order. */
function repeated(order: Order): Order {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  return testOrder({ order_id: order.order_id, request_hash: order.request_hash, traceparent });
}

async function replace(order: Order, differences: Partial<Order>): Promise<void> {
  await removeUnstartedOrder(database.table, order);
  await addOrder(database.table, { ...order, ...differences });
}

function startsOf({ order_id }: Order) {
  return stepFunctions.calls.filter(({ action, input }) => action === 'StartExecution' && input.name === order_id);
}

test('a request died before its start: the repeated request starts the saga with the input of the first', async () => {
  const order = await database.written(testOrder());
  expect(await accept(repeated(order))).toMatchObject({ placement_id: order.placement_id });
  const [start] = startsOf(order);
  expect(JSON.parse(String(start?.input.input))).toMatchObject({ traceparent: order.traceparent });
  expect(await removeUnstartedOrder(database.table, order)).toBe(false);
});

test('another order placed under the id before the start is recorded: a repeat of the first is refused', async () => {
  const first = await database.written(testOrder());
  const other = testOrder({ order_id: first.order_id, request_hash: 'of another body' });
  interpose(database.table.client, 'UpdateItemCommand', async () => {
    await removeUnstartedOrder(database.table, first);
    await addOrder(database.table, other);
  });
  await expect(accept(repeated(first))).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(startsOf(first)).toEqual([]);
  expect(await readOrder(database.table, first.order_id)).toMatchObject({ placement_id: other.placement_id });
});

test('order removed before the start is recorded: the repeated request is told that nothing was taken', async () => {
  const order = await database.written(testOrder());
  interpose(database.table.client, 'UpdateItemCommand', () => removeUnstartedOrder(database.table, order));
  await expect(accept(repeated(order))).rejects.toMatchObject({ name: 'RetryableError', code: 'SAGA_UNAVAILABLE' });
  expect(startsOf(order)).toEqual([]);
});

test('saga writes before the start is recorded: the repeated request gets that status, and starts nothing', async () => {
  const order = await database.written(testOrder());
  interpose(database.table.client, 'UpdateItemCommand', () =>
    replace(order, { status: 'RESERVED', start_pending: undefined }),
  );
  expect(await accept(repeated(order))).toMatchObject({ status: 'RESERVED' });
  expect(startsOf(order)).toEqual([]);
});

test('another body under the id is refused, and starts nothing', async () => {
  const order = await database.written(testOrder());
  const other = testOrder({ order_id: order.order_id, request_hash: 'of another body' });
  await expect(accept(other)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(startsOf(order)).toEqual([]);
  expect(await readOrder(database.table, order.order_id)).not.toHaveProperty('start_repeated_at');
});

test.each([
  ['REFUSED', refuse('ThrottlingException')],
  ['UNKNOWN', refuse('InternalFailure', 500)],
])('start of a repeated request is %s: the order stays for the schedule', async (_outcome, reply) => {
  const order = await database.written(testOrder());
  stepFunctions.reply = () => reply;
  expect(await accept(repeated(order))).toMatchObject({ order_id: order.order_id });
  expect(await readOrder(database.table, order.order_id)).toMatchObject({ start_pending: 'Y' });
});

test('the reply to the start is lost: the order stays, and the log says what went wrong', async () => {
  const log = keptLog();
  try {
    stepFunctions.reply = () => refuse('InternalFailure', 500);
    const order = testOrder();
    expect(await accept(order, log.logger)).toEqual(order);
    expect(log.lines).toEqual([
      expect.objectContaining({
        level: 'WARN',
        message: 'the reply to the start was lost',
        cause: expect.objectContaining({ name: 'InternalFailure' }),
      }),
    ]);
  } finally {
    log.restore();
  }
});

test('start refused, and the saga runs all the same: the response has the order as the saga left it', async () => {
  const order = testOrder();
  stepFunctions.reply = async () => {
    await replace(order, { status: 'RESERVED', start_pending: undefined });
    return refuse('ThrottlingException');
  };
  expect(await accept(order)).toMatchObject({ placement_id: order.placement_id, status: 'RESERVED' });
});

test('start refused, and the order removed by then: refused with the cause', async () => {
  const order = testOrder();
  stepFunctions.reply = async () => {
    await removeUnstartedOrder(database.table, order);
    return refuse('ThrottlingException');
  };
  await expect(accept(order)).rejects.toMatchObject({
    code: 'SAGA_UNAVAILABLE',
    cause: { name: 'ThrottlingException' },
  });
});

function takenName(status: Reply): (call: RecordedCall) => Reply {
  return ({ action }) => (action === 'StartExecution' ? refuse('ExecutionAlreadyExists') : status);
}

test('execution over, and another request recorded its start: the order stays', async () => {
  const order = testOrder();
  stepFunctions.reply = async (call) => {
    await recordRepeatedStart(database.table, order.order_id, new Date());
    return takenName({ kind: 'answer', output: { status: 'SUCCEEDED' } })(call);
  };
  expect(await accept(order)).toMatchObject({ placement_id: order.placement_id });
  expect(await readOrder(database.table, order.order_id)).toBeDefined();
});

test('the status of the execution may not be read: a fault of ours, and the order stays', async () => {
  const order = testOrder();
  stepFunctions.reply = takenName(refuse('AccessDeniedException'));
  await expect(accept(order)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(await readOrder(database.table, order.order_id)).toBeDefined();
});
