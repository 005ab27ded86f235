import { describe, expect, test } from '@jest/globals';
import { requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import type { RecordedCall, Reply } from '../../tests/support/step-functions-recorder.ts';
import { eachOf } from '../common/each-of.ts';
import type { Order } from '../orders/order.ts';
import { createOrderSaga } from '../orders/order-saga.ts';
import { readOrder } from '../orders/order-table.ts';
import { createRefundSaga } from '../orders/refunds/refund-saga.ts';
import { createHandler as abandonHandler } from './abandon-order.ts';
import { createHandler as redriveHandler } from './redrive-orders.ts';

const database = withOrderTable('test');
const stepFunctions = withStepFunctions();
const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga';

function dependencies() {
  const refunds = createRefundSaga(stepFunctions.client, ARN.replace('order-saga', 'refund-saga'));
  return { table: database.table, saga: createOrderSaga(stepFunctions.client, ARN), refunds };
}
const ENDPOINTS = { redrive: redriveHandler(dependencies), abandon: abandonHandler(dependencies) };

function send(endpoint: keyof typeof ENDPOINTS, body: object, role = 'operator') {
  return ENDPOINTS[endpoint](httpEvent({ body, owner: 'olaf', role })).then(read);
}

function parkedOrder(differences: Partial<Order> = {}): Promise<Order> {
  const at = '2026-11-28T12:00:00.000Z';
  return database.written(
    testOrder({
      status: 'NEEDS_ATTENTION',
      start_pending: undefined,
      parked_step: 'CommitInventory',
      parked_error: 'RetryableError',
      parked_at_redrive_count: 0,
      timeline: [{ at, status: 'NEEDS_ATTENTION', what: 'CommitInventory needs attention', why: 'RetryableError' }],
      ...differences,
    }),
  );
}

/** Step Functions that has these executions, by name, and can redrive none but the FAILED ones. */
function executions(statuses: Readonly<Record<string, string>>): void {
  stepFunctions.reply = ({ action, input }: RecordedCall): Reply => {
    const name =
      String(input.executionArn ?? '')
        .split(':')
        .at(-1) ?? '';
    const status = statuses[name];
    if (action === 'StartExecution') {
      return { kind: 'answer', output: { executionArn: 'arn', startDate: 1 } };
    }
    if (status === undefined) {
      return { kind: 'refuse', status: 400, error: 'ExecutionDoesNotExist' };
    }
    if (action === 'RedriveExecution') {
      return status === 'FAILED'
        ? { kind: 'answer', output: { redriveDate: 1 } }
        : { kind: 'refuse', status: 400, error: 'ExecutionNotRedrivable' };
    }
    return { kind: 'answer', output: { executionArn: 'arn', stateMachineArn: ARN, startDate: 1, status } };
  };
}

function called(action: string): readonly RecordedCall[] {
  return stepFunctions.calls.filter((call) => call.action === action);
}

describe('POST /orders/redrive', () => {
  test('redrives parked orders, and refuses the others each with its reason', async () => {
    const [parked, running] = [await parkedOrder(), await parkedOrder()];
    const confirmed = await database.written(testOrder({ status: 'CONFIRMED' }));
    const unknown = testOrder().order_id;
    executions({ [parked.order_id]: 'FAILED', [running.order_id]: 'RUNNING' });
    const order_ids = [parked, confirmed, running].map(({ order_id }) => order_id).concat(unknown);
    expect(await send('redrive', { order_ids })).toMatchObject({
      statusCode: 202,
      data: {
        redriven: [parked.order_id],
        refused: [
          { order_id: confirmed.order_id, why: 'it is CONFIRMED, not parked' },
          { order_id: running.order_id, why: 'its saga is running already' },
          { order_id: unknown, why: 'no record found' },
        ],
      },
    });
    expect(called('StartExecution')).toEqual([]);
  });

  test('refuses a second redrive within a minute where the same error parked the order again', async () => {
    const { order_id } = await parkedOrder();
    executions({ [order_id]: 'FAILED' });
    expect(await send('redrive', { order_ids: [order_id] })).toMatchObject({ data: { redriven: [order_id] } });
    expect(await send('redrive', { order_ids: [order_id] })).toMatchObject({
      data: {
        redriven: [],
        refused: [{ why: expect.stringContaining('RetryableError parked it again; mend the cause') }],
      },
    });
    expect(called('RedriveExecution')).toHaveLength(1);
  });

  test('redrives again where another error parked the order, or a minute has passed', async () => {
    const error = { at: new Date().toISOString(), step: 'CommitInventory', error: 'ReservationExpiredError' };
    const minute = {
      at: new Date(Date.now() - 61_000).toISOString(),
      step: 'CommitInventory',
      error: 'RetryableError',
    };
    const orders = [await parkedOrder({ last_redrive: error }), await parkedOrder({ last_redrive: minute })];
    executions(Object.fromEntries(orders.map(({ order_id }) => [order_id, 'FAILED'])));
    const order_ids = orders.map(({ order_id }) => order_id);
    expect(await send('redrive', { order_ids })).toMatchObject({ data: { redriven: order_ids, refused: [] } });
  });

  test.each([
    ['CommitInventory', 'ReservationReleasedError'],
    ['ReleaseInventory', 'ReservationCommittedError'],
  ])('refuses what no redrive cures: %s with %s, in records of an older version too', async (parked_step, error) => {
    const timeline = [{ at: '2026-11-28T12:00:00.000Z', status: 'NEEDS_ATTENTION', what: 'x', why: error } as const];
    const older = await parkedOrder({ parked_step, parked_error: undefined, timeline: [...timeline] });
    const newer = await parkedOrder({ parked_step, parked_error: error });
    executions({ [older.order_id]: 'FAILED', [newer.order_id]: 'FAILED' });
    const why = expect.stringContaining('abandon the order');
    expect(await send('redrive', { order_ids: [older.order_id, newer.order_id] })).toMatchObject({
      data: { redriven: [], refused: [{ why }, { why }] },
    });
    expect(stepFunctions.calls).toEqual([]);
  });

  test('starts a further execution where the order’s own is gone', async () => {
    const { order_id } = await parkedOrder();
    executions({});
    expect(await send('redrive', { order_ids: [order_id] })).toMatchObject({ data: { redriven: [order_id] } });
    expect(called('StartExecution')).toMatchObject([{ input: { name: `${order_id}-1` } }]);
    expect(await readOrder(database.table, order_id)).toMatchObject({ saga_run: 1, status: 'NEEDS_ATTENTION' });
  });

  test('starts a further execution where Step Functions refuses to redrive the order’s own', async () => {
    const { order_id } = await parkedOrder();
    executions({ [order_id]: 'FAILED' });
    const healthy = stepFunctions.reply;
    // LocalStack has no RedriveExecution.
    stepFunctions.reply = (call) =>
      call.action === 'RedriveExecution'
        ? { kind: 'refuse', status: 400, error: 'UnknownOperationException' }
        : healthy(call);
    expect(await send('redrive', { order_ids: [order_id] })).toMatchObject({ data: { redriven: [order_id] } });
    expect(called('StartExecution')).toMatchObject([{ input: { name: `${order_id}-1` } }]);
    expect(await readOrder(database.table, order_id)).toMatchObject({ saga_run: 1, status: 'NEEDS_ATTENTION' });
  });

  test('redrives all orders of one step, and no other', async () => {
    const commits = [await parkedOrder(), await parkedOrder()];
    await parkedOrder({ parked_step: 'VoidPayment' });
    executions(Object.fromEntries(commits.map(({ order_id }) => [order_id, 'FAILED'])));
    const { data, meta } = await send('redrive', { parked_step: 'CommitInventory' });
    const { redriven } = data as { readonly redriven: readonly string[] };
    expect(redriven.toSorted()).toEqual(commits.map(({ order_id }) => order_id).toSorted());
    expect(meta).toBeNull();
  });

  test('takes a hundred orders of a step, says that there are more, and asks the table a bounded number of times', async () => {
    const orders = await Promise.all(Array.from({ length: 103 }, () => parkedOrder()));
    executions(Object.fromEntries(orders.map(({ order_id }) => [order_id, 'FAILED'])));
    const requests = requestsOf(database.table.client);
    const { data, meta } = await send('redrive', { parked_step: 'CommitInventory' });
    expect(data).toMatchObject({ redriven: { length: 100 }, refused: [] });
    expect(meta).toEqual({ more: true });
    expect(requests.filter((name) => name.startsWith('Query')).length).toBeLessThanOrEqual(2);
  });

  test('orders of a step that no redrive helps do not hide an older one that it may help', async () => {
    const recently = {
      at: new Date().toISOString(),
      step: 'CommitInventory',
      error: 'RetryableError',
    };
    const older = await parkedOrder({ created_at: '2026-11-01T12:00:00.000Z' });
    const ids: string[] = [];
    await eachOf(Array.from({ length: 1_060 }).keys(), 40, async (count) => {
      const why = count % 2 === 0 ? { parked_error: 'ReservationReleasedError' } : { last_redrive: recently };
      ids.push((await parkedOrder(why)).order_id);
    });
    executions(Object.fromEntries([older.order_id, ...ids].map((id) => [id, 'FAILED'])));
    const { data, meta } = await send('redrive', { parked_step: 'CommitInventory' });
    expect(data).toMatchObject({ redriven: [older.order_id], refused: { length: 100 } });
    expect(meta).toBeNull();
    const { refused } = data as { readonly refused: readonly { readonly why: string }[] };
    expect(new Set(refused.map(({ why }) => why.split(/[;,]/).at(-1)))).toEqual(
      new Set([' abandon the order', ' mend the cause first']),
    );
  });

  test('reads the record of a parked order once before it writes', async () => {
    const { order_id } = await parkedOrder();
    executions({ [order_id]: 'FAILED' });
    const requests = requestsOf(database.table.client);
    await send('redrive', { order_ids: [order_id] });
    expect(requests.slice(0, requests.indexOf('UpdateItemCommand'))).toEqual(['GetItemCommand']);
  });

  test('an order that fails for a reason that stays stops no other', async () => {
    const [broken, fine] = [await parkedOrder(), await parkedOrder()];
    executions({ [broken.order_id]: 'FAILED', [fine.order_id]: 'FAILED' });
    const healthy = stepFunctions.reply;
    stepFunctions.reply = (call) =>
      String(call.input.executionArn).endsWith(broken.order_id)
        ? { kind: 'refuse', status: 400, error: 'AccessDeniedException' }
        : healthy(call);
    expect(await send('redrive', { order_ids: [broken.order_id, fine.order_id] })).toMatchObject({
      statusCode: 202,
      data: {
        redriven: [fine.order_id],
        refused: [{ order_id: broken.order_id, why: expect.stringContaining('AccessDeniedException') }],
      },
    });
  });

  test('an order that Step Functions does not take now stops no other, and may be asked for again at once', async () => {
    const [broken, fine] = [await parkedOrder(), await parkedOrder()];
    executions({ [broken.order_id]: 'FAILED', [fine.order_id]: 'FAILED' });
    const healthy = stepFunctions.reply;
    stepFunctions.reply = (call) =>
      String(call.input.executionArn).endsWith(broken.order_id)
        ? { kind: 'refuse', status: 503, error: 'ServiceUnavailable' }
        : healthy(call);
    const order_ids = [broken.order_id, fine.order_id];
    expect(await send('redrive', { order_ids })).toMatchObject({
      data: {
        redriven: [fine.order_id],
        refused: [{ order_id: broken.order_id, why: expect.stringContaining('ask again') }],
      },
    });
    stepFunctions.reply = healthy;
    expect(await send('redrive', { order_ids: [broken.order_id] })).toMatchObject({
      data: { redriven: [broken.order_id] },
    });
  });

  test.each([{}, { order_ids: [] }, { order_ids: ['x'] }, { parked_step: '' }, { order_ids: [], parked_step: 'A' }])(
    'refuses the body %j',
    async (body) => {
      expect(await send('redrive', body)).toMatchObject({ statusCode: 400, meta: { code: 'INVALID_REQUEST' } });
    },
  );
});

describe('POST /orders/abandon', () => {
  test('records the decision and has a further execution carry it out', async () => {
    const { order_id } = await parkedOrder({ parked_error: 'ReservationReleasedError' });
    executions({ [order_id]: 'FAILED' });
    expect(await send('abandon', { order_id, reason: 'sold twice' })).toMatchObject({
      statusCode: 202,
      data: { order_id, status: 'NEEDS_ATTENTION', abandon_requested: true },
    });
    expect(await readOrder(database.table, order_id)).toMatchObject({
      abandon_requested_at: expect.any(String),
      abandon_reason: 'sold twice',
      abandoned_by: 'olaf',
      saga_run: 1,
    });
    expect(called('StartExecution')).toMatchObject([{ input: { name: `${order_id}-1` } }]);
  });

  test('repeated, goes on where it broke off', async () => {
    const { order_id } = await parkedOrder();
    executions({ [order_id]: 'FAILED' });
    const healthy = stepFunctions.reply;
    stepFunctions.reply = (call) => (call.action === 'StartExecution' ? { kind: 'hang up' } : healthy(call));
    expect(await send('abandon', { order_id, reason: 'lost' })).toMatchObject({
      statusCode: 503,
      meta: { code: 'SAGA_UNAVAILABLE' },
    });
    stepFunctions.reply = healthy;
    expect(await send('abandon', { order_id, reason: 'lost' })).toMatchObject({ statusCode: 202 });
    expect(await readOrder(database.table, order_id)).toMatchObject({ saga_run: 2, abandon_reason: 'lost' });
  });

  test('refuses an order that is not parked, one whose saga runs, and an unknown one', async () => {
    const confirmed = await database.written(testOrder({ status: 'CONFIRMED' }));
    const running = await parkedOrder();
    executions({ [running.order_id]: 'RUNNING' });
    for (const { order_id } of [confirmed, running]) {
      expect(await send('abandon', { order_id, reason: 'x' })).toMatchObject({
        statusCode: 409,
        meta: { code: 'ORDER_NOT_PARKED' },
      });
    }
    expect(await send('abandon', { order_id: testOrder().order_id, reason: 'x' })).toMatchObject({ statusCode: 404 });
    expect(called('StartExecution')).toEqual([]);
  });
});

test('a customer may neither redrive nor abandon, its own order or another', async () => {
  const own = await parkedOrder({ owner: 'olaf' });
  for (const order_id of [own.order_id, testOrder().order_id]) {
    const answers = [
      await send('redrive', { order_ids: [order_id] }, 'customer'),
      await send('abandon', { order_id, reason: 'x' }, 'customer'),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ statusCode: 403, data: 'that is not allowed', meta: { code: 'FORBIDDEN' } });
    }
  }
  expect(stepFunctions.calls).toEqual([]);
});
