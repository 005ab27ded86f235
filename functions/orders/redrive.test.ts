import '../../tests/support/quiet-log.ts';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { interpose, loseReply } from '../../tests/support/dynamodb-requests.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse, success } from '../../tests/support/step-functions-recorder.ts';
import { abandonOrder } from './abandonment.ts';
import type { Order } from './order.ts';
import { createOrderSaga } from './order-saga.ts';
import { readOrder } from './order-table.ts';
import { redriveOrder, whySameCause } from './redrive.ts';

const database = withOrderTable('test');
const stepFunctions = withStepFunctions();

function dependencies() {
  const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga';
  return { table: database.table, saga: createOrderSaga(stepFunctions.client, arn) };
}

function parkedOrder(differences: Partial<Order> = {}): Promise<Order> {
  const parked = { parked_step: 'CommitInventory', parked_error: 'RetryableError', parked_at_redrive_count: 0 };
  return database.written(
    testOrder({ status: 'NEEDS_ATTENTION', start_pending: undefined, ...parked, ...differences }),
  );
}

function redrive({ order_id }: Order) {
  return redriveOrder(order_id, dependencies(), 'olaf', new Date());
}

function abandon({ order_id }: Order) {
  return abandonOrder(order_id, { reason: 'lost', by: 'olaf' }, dependencies(), new Date());
}

/** Step Functions that has no execution, and refuses these actions. */
function executionsAreLost(refused: readonly string[] = []): void {
  stepFunctions.reply = (call) => {
    if (refused.includes(call.action)) {
      return refuse('ThrottlingException');
    }
    return call.action === 'StartExecution' ? success(call) : refuse('ExecutionDoesNotExist');
  };
}

function startedNames() {
  return stepFunctions.calls.filter(({ action }) => action === 'StartExecution').map(({ input }) => input.name);
}

test.each([
  ['redrive', redrive],
  ['decision to give the order up', abandon],
])(
  'the reply to the count of a further run is lost during a %s: the run is started all the same',
  async (_which, act) => {
    const order = await parkedOrder();
    executionsAreLost();
    loseReply(database.table.client, { command: 'UpdateItemCommand', request: 2, thenUnreachable: false });
    await act(order);
    expect(startedNames()).toEqual([`${order.order_id}-1`]);
    expect(await readOrder(database.table, order.order_id)).toMatchObject({ saga_run: 1 });
  },
);

test('an order that moves between the decision to give it up and the further run: the operator is told, and may ask again', async () => {
  const order = await parkedOrder({ abandon_requested_at: '2026-11-28T12:00:00.000Z', abandon_reason: 'lost' });
  executionsAreLost();
  interpose(database.table.client, 'UpdateItemCommand', () =>
    database.table.client.send(
      new PutCommand({ TableName: database.table.name, Item: { ...order, parked_at_redrive_count: 1 } }),
    ),
  );
  await expect(abandon(order)).rejects.toMatchObject({ code: 'ORDER_NOT_PARKED' });
  expect(startedNames()).toEqual([]);
  await abandon(order);
  expect(startedNames()).toEqual([`${order.order_id}-1`]);
});

test('a further run that Step Functions does not take is no redrive: the next may follow at once', async () => {
  const order = await parkedOrder();
  executionsAreLost(['StartExecution']);
  await expect(redrive(order)).rejects.toMatchObject({ code: 'SAGA_UNAVAILABLE' });
  executionsAreLost();
  expect(await redrive(order)).toEqual({ outcome: 'REDRIVEN' });
});

test('a redrive that is refused because the saga runs is none: the next may follow at once', async () => {
  const order = await parkedOrder();
  stepFunctions.reply = (call) =>
    call.action === 'RedriveExecution'
      ? refuse('ExecutionNotRedrivable')
      : { kind: 'answer', output: { status: 'RUNNING' } };
  expect(await redrive(order)).toMatchObject({ outcome: 'REFUSED', why: 'its saga is running already' });
  executionsAreLost();
  expect(await redrive(order)).toEqual({ outcome: 'REDRIVEN' });
});

test('the reply to the start of a further run was lost before: the operator reads that it runs', async () => {
  const order = await parkedOrder();
  stepFunctions.reply = ({ action }) =>
    refuse(action === 'StartExecution' ? 'ExecutionAlreadyExists' : 'ExecutionDoesNotExist');
  expect(await redrive(order)).toEqual({ outcome: 'REDRIVEN' });
});

test.each([
  ['by another operator at the same moment', 'olga', 0],
  ['by the same operator a moment later', 'olaf', 1],
])('a redrive that is not carried out leaves one that was made meanwhile %s', async (_which, by, laterMs) => {
  const order = await parkedOrder();
  const now = new Date();
  const at = new Date(now.getTime() + laterMs).toISOString();
  const last_redrive = { at, by, step: 'CommitInventory', error: 'RetryableError' };
  stepFunctions.reply = async ({ action }) => {
    if (action === 'RedriveExecution') {
      const { client, name } = database.table;
      await client.send(new PutCommand({ TableName: name, Item: { ...order, last_redrive } }));
    }
    return refuse(action === 'StartExecution' ? 'ThrottlingException' : 'ExecutionDoesNotExist');
  };
  await expect(redriveOrder(order.order_id, dependencies(), 'olaf', now)).rejects.toMatchObject({
    code: 'SAGA_UNAVAILABLE',
  });
  expect((await readOrder(database.table, order.order_id))?.last_redrive).toEqual(last_redrive);
});

test('an order of an older version, whose timeline alone says what no redrive cures, is not redriven', async () => {
  const [at, why] = ['2026-11-28T12:00:00.000Z', 'ReservationReleasedError'];
  const order = await parkedOrder({
    parked_error: undefined,
    timeline: [
      { at, status: 'PAID', what: 'payment captured' },
      { at, status: 'NEEDS_ATTENTION', what: 'waiting for an operator', why },
    ],
  });
  expect(await redrive(order)).toEqual({
    outcome: 'REFUSED',
    why: expect.stringContaining('its stock was given back'),
  });
  expect(stepFunctions.calls).toEqual([]);
});

test('a redrive that is not carried out leaves an earlier one on record', async () => {
  const last_redrive = { at: '2026-11-28T12:00:00.000Z', by: 'olga', step: 'CommitInventory', error: 'RetryableError' };
  const order = await parkedOrder({ last_redrive });
  executionsAreLost(['StartExecution']);
  await expect(redrive(order)).rejects.toMatchObject({ code: 'SAGA_UNAVAILABLE' });
  expect(await readOrder(database.table, order.order_id)).toMatchObject({ last_redrive });
});

test.each([
  ['may follow at once, where a clock that was set back puts the last one ahead', -1, false],
  ['is too soon at once', 0, true],
  ['is too soon within a minute', 59_999, true],
  ['may follow after a minute', 60_000, false],
])('another redrive of what the same error parked again %s', (_which, sinceMs, isRefused) => {
  const last = { at: '2026-11-28T12:00:00.000Z', error: 'RetryableError' };
  const why = whySameCause(last, 'RetryableError', new Date(Date.parse(last.at) + sinceMs));
  expect(why !== undefined).toBe(isRefused);
});

test('the same error parked another step than the last redrive was for: the order may be redriven at once', async () => {
  const last_redrive = { at: new Date().toISOString(), by: 'olga', step: 'CommitInventory', error: 'RetryableError' };
  const further = await parkedOrder({ last_redrive, parked_step: 'ConfirmOrder' });
  expect(await redrive(further)).toEqual({ outcome: 'REDRIVEN' });
});

test('the same error parked the same step again at once: no redrive helps before its cause is mended', async () => {
  const last_redrive = { at: new Date().toISOString(), by: 'olga', step: 'CommitInventory', error: 'RetryableError' };
  const order = await parkedOrder({ last_redrive });
  expect(await redrive(order)).toEqual({ outcome: 'REFUSED', why: expect.stringContaining('mend the cause first') });
  expect(stepFunctions.calls).toEqual([]);
});

test('the record is removed during a redrive that is not carried out: the operator reads that nothing was started', async () => {
  const order = await parkedOrder();
  stepFunctions.reply = async ({ action }) => {
    const { client, name } = database.table;
    if (action === 'StartExecution') {
      await client.send(new DeleteCommand({ TableName: name, Key: { order_id: order.order_id } }));
    }
    return refuse(action === 'StartExecution' ? 'ThrottlingException' : 'ExecutionDoesNotExist');
  };
  await expect(redrive(order)).rejects.toMatchObject({ code: 'SAGA_UNAVAILABLE' });
});
