import { expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import { withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse, startStepFunctionsRecorder, success } from '../../tests/support/step-functions-recorder.ts';
import { createOrderSaga } from './order-saga.ts';

const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga-test';

const stepFunctions = withStepFunctions();
function saga() {
  return createOrderSaga(stepFunctions.client, ARN);
}

test('the execution is named by the order’s id, and its input is what the order asks for', async () => {
  const order = testOrder({ payment_method: 'tok_visa' });
  expect(await saga().start(order)).toEqual({ outcome: 'STARTED' });
  const [call] = stepFunctions.calls;
  expect(call).toMatchObject({ action: 'StartExecution', input: { name: order.order_id, stateMachineArn: ARN } });
  expect(JSON.parse(String(call?.input.input))).toEqual({
    order_id: order.order_id,
    lines: [{ item_id: 'item1', count: 2 }],
    payment: { method: 'tok_visa' },
    payment_window_seconds: 900,
    traceparent: order.traceparent,
  });
});

test('repeated starts send the same input, however the order has changed', async () => {
  const order = testOrder();
  await saga().start(order);
  await saga().start({
    ...order,
    status: 'RESERVED',
    amount_minor: 5,
    lines: [{ item_id: 'item1', count: 2, name: 'x' }],
  });
  const [first, second] = stepFunctions.calls;
  expect(second?.input).toEqual(first?.input);
});

test('a start under a taken name is reported as ALREADY_STARTED', async () => {
  stepFunctions.reply = () => refuse('ExecutionAlreadyExists');
  expect(await saga().start(testOrder())).toEqual({ outcome: 'ALREADY_STARTED' });
});

const RETRIES = { delaysMs: [5, 10, 20], withinMs: 5_000 };

test.each([
  ['ThrottlingException', 400],
  ['ThrottlingException', 503],
  ['TooManyRequestsException', 429],
  ['StateMachineDoesNotExist', 400],
])('a start answered with %s and status %i is REFUSED, and is not retried', async (error, status) => {
  stepFunctions.reply = () => refuse(error, status);
  expect(await saga().start(testOrder(), RETRIES)).toMatchObject({ outcome: 'REFUSED' });
  expect(stepFunctions.calls).toHaveLength(1);
});

test.each([
  ['InternalFailure', 500],
  ['ServiceUnavailable', 503],
  ['BadGateway', 502],
])('a start answered with %s and status %i is UNKNOWN: the saga may run', async (error, status) => {
  stepFunctions.reply = () => refuse(error, status);
  expect(await saga().start(testOrder())).toMatchObject({ outcome: 'UNKNOWN' });
});

test('a start without a connection is REFUSED: nothing runs', async () => {
  const gone = await startStepFunctionsRecorder();
  await gone.close();
  expect(await createOrderSaga(gone.client, ARN).start(testOrder(), RETRIES)).toMatchObject({
    outcome: 'REFUSED',
    cause: { code: 'ECONNREFUSED' },
  });
});

test('reply lost, without retries: one attempt, and its outcome is UNKNOWN', async () => {
  stepFunctions.reply = () => ({ kind: 'hang up' });
  expect(await saga().start(testOrder())).toMatchObject({ outcome: 'UNKNOWN' });
  expect(stepFunctions.calls).toHaveLength(1);
});

test('reply lost: the start is retried, and the retry decides', async () => {
  stepFunctions.reply = (call) => (stepFunctions.calls.length === 1 ? { kind: 'hang up' } : success(call));
  expect(await saga().start(testOrder(), RETRIES)).toEqual({ outcome: 'STARTED' });
  const [first, second] = stepFunctions.calls;
  expect(second?.input).toEqual(first?.input);
});

test('reply lost, then refused by a restarting engine: retried until it is back', async () => {
  stepFunctions.reply = (call) => {
    if (stepFunctions.calls.length === 1) {
      return { kind: 'hang up' };
    }
    return stepFunctions.calls.length < 4 ? refuse('ThrottlingException') : success(call);
  };
  expect(await saga().start(testOrder(), RETRIES)).toEqual({ outcome: 'STARTED' });
  expect(stepFunctions.calls).toHaveLength(4);
});

test('reply lost, then every retry refused: UNKNOWN, because the first start may run', async () => {
  stepFunctions.reply = () => (stepFunctions.calls.length === 1 ? { kind: 'hang up' } : refuse('ThrottlingException'));
  expect(await saga().start(testOrder(), RETRIES)).toMatchObject({ outcome: 'UNKNOWN' });
  expect(stepFunctions.calls).toHaveLength(4);
});

test('an engine that never replies: the start ends within its time limit', async () => {
  stepFunctions.reply = () => new Promise<never>(() => undefined);
  const start = saga().start(testOrder(), { delaysMs: [5, 5, 5, 60_000], withinMs: 60 });
  expect(await start).toMatchObject({ outcome: 'UNKNOWN' });
  expect(stepFunctions.calls.length).toBeLessThan(4);
});

test('the status of an execution is read by the order’s id', async () => {
  expect(await saga().status('order-1')).toBe('RUNNING');
  expect(stepFunctions.calls[0]?.input).toEqual({
    executionArn: 'arn:aws:states:us-east-1:000000000000:execution:order-saga-test:order-1',
  });
});
