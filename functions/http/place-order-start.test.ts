import { expect, test } from '@jest/globals';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { PLACE_BODY as BODY, freshKey, placeEndpoint } from '../../tests/support/place-endpoint.ts';
import { refuse, type StepFunctionsRecorder, success } from '../../tests/support/step-functions-recorder.ts';
import { readOrder } from '../orders/order-table.ts';
import { addOrder, removeUnstartedOrder } from '../orders/order-writes.ts';

// What becomes of an order whose saga does not start at once.
const database = withOrderTable();
const stepFunctions = withStepFunctions();
const place = placeEndpoint({ database, stepFunctions });

function startsOf(orderId: string) {
  return stepFunctions.calls.filter(({ input }) => input.name === orderId);
}

test.each([
  ['ThrottlingException', 400],
  ['ThrottlingException', 503],
])('start refused with %s: the order is removed and the response is a 503', async (error, status) => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = () => refuse(error, status);
  const answer = await place({ body: BODY, headers });
  expect(answer).toMatchObject({ statusCode: 503, success: false, meta: { code: 'SAGA_UNAVAILABLE' } });
  expect(answer.headers?.['Retry-After']).toMatch(/^[1-5]$/);
  expect(await readOrder(database.table, orderId)).toBeUndefined();
  stepFunctions.reply = success;
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { order_id: orderId } });
});

test('replies to every start lost: the order is accepted and waits for the schedule', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = () => ({ kind: 'hang up' });
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { order_id: orderId } });
  expect(await readOrder(database.table, orderId)).toMatchObject({ status: 'PENDING', start_pending: 'Y' });
});

test('reply to the start lost once: the request retries it, without waiting for the schedule', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = (call) => (stepFunctions.calls.length === 1 ? { kind: 'hang up' } : success(call));
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202 });
  expect(startsOf(orderId)).toHaveLength(2);
});

test('the first request died before its start: the repeated request starts the saga, in spite of a lost reply', async () => {
  const { headers, orderId } = freshKey();
  await place({ body: BODY, headers });
  stepFunctions.calls.length = 0;
  stepFunctions.reply = (call) => (stepFunctions.calls.length === 1 ? { kind: 'hang up' } : success(call));
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { order_id: orderId } });
  expect(startsOf(orderId)).toHaveLength(2);
});

test('503 to the start from a proxy on the way: the order is not removed, because the saga may run', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = () => refuse('ServiceUnavailable', 503);
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202 });
  expect(await readOrder(database.table, orderId)).toMatchObject({ order_id: orderId });
});

/** Makes Step Functions report an execution of the same name with this status. */
function executionIs(status: string): StepFunctionsRecorder['reply'] {
  return ({ action }) =>
    action === 'StartExecution' ? refuse('ExecutionAlreadyExists') : { kind: 'answer', output: { status } };
}

test.each(['SUCCEEDED', 'FAILED'])(
  'key of a removed order whose execution has %s: refused, instead of an order without a saga',
  async (status) => {
    const { headers, orderId } = freshKey();
    stepFunctions.reply = executionIs(status);
    expect(await place({ body: BODY, headers })).toMatchObject({
      statusCode: 409,
      meta: { code: 'IDEMPOTENCY_KEY_REUSED' },
      data: expect.stringContaining('another key'),
    });
    expect(await readOrder(database.table, orderId)).toBeUndefined();
  },
);

test('an execution of the same name that runs belongs to the order', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = executionIs('RUNNING');
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { order_id: orderId } });
});

test('reply to the start lost, and the saga over before the retry: the response has the order’s status', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = async (call) => {
    if (stepFunctions.calls.length > 1) {
      return executionIs('SUCCEEDED')(call);
    }
    const placed = await readOrder(database.table, orderId);
    if (placed === undefined) {
      throw new Error('the order was not written');
    }
    await removeUnstartedOrder(database.table, placed);
    await addOrder(database.table, { ...placed, status: 'REJECTED', start_pending: undefined });
    return { kind: 'hang up' };
  };
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202, data: { status: 'REJECTED' } });
});

test('the status of an execution of the same name cannot be read: the order stays', async () => {
  const { headers, orderId } = freshKey();
  stepFunctions.reply = ({ action }) =>
    action === 'StartExecution' ? refuse('ExecutionAlreadyExists') : refuse('ThrottlingException');
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202 });
  expect(await readOrder(database.table, orderId)).toMatchObject({ order_id: orderId });
});

test('start refused while a repeated request starts the saga: the order stays, as the repeat was told', async () => {
  const { headers, orderId } = freshKey();
  let repeat: ReturnType<typeof place> | undefined;
  stepFunctions.reply = async (call) => {
    if (repeat !== undefined) {
      return success(call);
    }
    repeat = place({ body: BODY, headers });
    await repeat;
    return refuse('ThrottlingException');
  };
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 202 });
  expect(await repeat).toMatchObject({ statusCode: 202 });
  expect(await readOrder(database.table, orderId)).toMatchObject({ order_id: orderId });
});

test('start refused, and the order placed again with another body meanwhile: each request is answered about its own order', async () => {
  const { headers, orderId } = freshKey();
  const other = { ...BODY, list: [{ id: 'item1', count: 3 }] };
  let second: ReturnType<typeof place> | undefined;
  stepFunctions.reply = async (call) => {
    if (second !== undefined) {
      return success(call);
    }
    const first = await readOrder(database.table, orderId);
    if (first === undefined) {
      throw new Error('the order was not written');
    }
    await removeUnstartedOrder(database.table, first);
    second = place({ body: other, headers });
    await second;
    return refuse('ThrottlingException');
  };
  expect(await place({ body: BODY, headers })).toMatchObject({ statusCode: 503, meta: { code: 'SAGA_UNAVAILABLE' } });
  expect(await second).toMatchObject({ statusCode: 202 });
  expect((await readOrder(database.table, orderId))?.lines).toEqual([{ item_id: 'item1', count: 3 }]);
});
