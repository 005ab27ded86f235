import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import {
  refuse,
  type StepFunctionsRecorder,
  startStepFunctionsRecorder,
  success,
} from '../../tests/support/step-functions-recorder.ts';
import { createOrderSaga } from './order-saga.ts';

const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga-test';

let stepFunctions: StepFunctionsRecorder;
beforeEach(async () => {
  stepFunctions = await startStepFunctionsRecorder();
});
afterEach(() => stepFunctions.close());
const saga = () => createOrderSaga(stepFunctions.client, ARN);

test('a saga is started under its order’s id with what the order asks for', async () => {
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

test('repeated starts ask for the same, whatever became of the order meanwhile', async () => {
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

test('an execution of the name is the order’s own', async () => {
  stepFunctions.reply = () => refuse('ExecutionAlreadyExists');
  expect(await saga().start(testOrder())).toEqual({ outcome: 'ALREADY_STARTED' });
});

test.each([
  ['ThrottlingException', 400],
  ['TooManyRequestsException', 429],
  ['ServiceUnavailable', 503],
  ['StateMachineDoesNotExist', 400],
])('%s means that nothing runs, and is not asked again', async (error, status) => {
  stepFunctions.reply = () => refuse(error, status);
  expect(await saga().start(testOrder())).toMatchObject({ outcome: 'REFUSED' });
  expect(stepFunctions.calls).toHaveLength(1);
});

test('a connection that never was means that nothing runs', async () => {
  await stepFunctions.close();
  expect(await saga().start(testOrder())).toMatchObject({ outcome: 'REFUSED', cause: { code: 'ECONNREFUSED' } });
  stepFunctions = await startStepFunctionsRecorder();
});

test('reply lost: the start is made once more, and that one tells', async () => {
  stepFunctions.reply = (call) => (stepFunctions.calls.length === 1 ? { kind: 'hang up' } : success(call));
  expect(await saga().start(testOrder())).toEqual({ outcome: 'STARTED' });
  expect(stepFunctions.calls).toHaveLength(2);
});

test('reply lost, then refused: the first start may still run', async () => {
  stepFunctions.reply = () => (stepFunctions.calls.length === 1 ? { kind: 'hang up' } : refuse('ThrottlingException'));
  expect(await saga().start(testOrder())).toMatchObject({ outcome: 'UNKNOWN' });
});

test('a fault of the service leaves open whether it runs', async () => {
  stepFunctions.reply = () => refuse('InternalFailure', 500);
  expect(await saga().start(testOrder())).toMatchObject({ outcome: 'UNKNOWN' });
});

test('the state of an execution is asked by the order’s id', async () => {
  expect(await saga().status('order-1')).toBe('RUNNING');
  expect(stepFunctions.calls[0]?.input).toEqual({
    executionArn: 'arn:aws:states:us-east-1:000000000000:execution:order-saga-test:order-1',
  });
});
