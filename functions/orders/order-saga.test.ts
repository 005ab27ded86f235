import { expect, jest, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import { withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse, startStepFunctionsRecorder, success } from '../../tests/support/step-functions-recorder.ts';
import { hasEnded } from './executions.ts';
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
  expect(stepFunctions.calls).toHaveLength(2);
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

test('the execution of an order is found by the order’s id', async () => {
  expect(await saga().find({ order_id: 'order-1' })).toEqual({ status: 'RUNNING' });
  // A start that an earlier test gave up may still arrive here.
  const read = stepFunctions.calls.filter(({ action }) => action === 'DescribeExecution');
  expect(read.map(({ input }) => input)).toEqual([
    { executionArn: 'arn:aws:states:us-east-1:000000000000:execution:order-saga-test:order-1' },
  ]);
});

test.each([
  ['RUNNING', false],
  ['PENDING_REDRIVE', false],
  ['SUCCEEDED', true],
  ['FAILED', true],
  ['TIMED_OUT', true],
  ['ABORTED', true],
] as const)('an execution that is %s has ended: %s', (status, ended) => {
  expect(hasEnded(status)).toBe(ended);
});

test.each([
  ['ECONNREFUSED', 'REFUSED'],
  ['ENOTFOUND', 'REFUSED'],
  ['EHOSTUNREACH', 'REFUSED'],
  ['EAI_AGAIN', 'REFUSED'],
  ['EMFILE', 'REFUSED'],
  ['ENETUNREACH', 'REFUSED'],
  ['ECONNRESET', 'UNKNOWN'],
  ['EPIPE', 'UNKNOWN'],
  ['ETIMEDOUT', 'UNKNOWN'],
])('a start that breaks off with %s is %s', async (code, outcome) => {
  const cause = Object.assign(new Error('broken off'), { code });
  stepFunctions.client.middlewareStack.add(() => () => Promise.reject(cause), { step: 'build', name: 'broken' });
  const started = await saga().start(testOrder());
  stepFunctions.client.middlewareStack.remove('broken');
  expect(started).toEqual({ outcome, cause });
});

test('reply lost, and an execution of the name exists by the retry: ALREADY_STARTED', async () => {
  stepFunctions.reply = () =>
    stepFunctions.calls.length === 1 ? { kind: 'hang up' } : refuse('ExecutionAlreadyExists');
  expect(await saga().start(testOrder(), RETRIES)).toEqual({ outcome: 'ALREADY_STARTED' });
  expect(stepFunctions.calls).toHaveLength(2);
});

test('reply lost, and no time for another attempt: the start is not retried', async () => {
  stepFunctions.reply = () => ({ kind: 'hang up' });
  expect(await saga().start(testOrder(), { delaysMs: [60_000], withinMs: 5_000 })).toMatchObject({
    outcome: 'UNKNOWN',
  });
  expect(stepFunctions.calls).toHaveLength(1);
});

test.each([
  ['half of it', 0, 2],
  ['one and a half times it', 0.999, 1],
])('the delay before a retry may be %s, and decides whether there is time for it', async (_what, random, starts) => {
  const now = Date.now();
  const spies = [jest.spyOn(Math, 'random').mockReturnValue(random), jest.spyOn(Date, 'now').mockReturnValue(now)];
  stepFunctions.reply = () => ({ kind: 'hang up' });
  await saga().start(testOrder(), { delaysMs: [400], withinMs: 300 });
  for (const spy of spies) {
    spy.mockRestore();
  }
  expect(stepFunctions.calls).toHaveLength(starts);
});

test('the status of an execution is unknown while Step Functions throttles: RetryableError', async () => {
  stepFunctions.reply = () => refuse('ThrottlingException');
  await expect(saga().find({ order_id: 'order-1' })).rejects.toMatchObject({
    name: 'RetryableError',
    code: 'SAGA_UNAVAILABLE',
  });
});

test('a reply without the status of the execution is a fault, not an execution that runs', async () => {
  stepFunctions.reply = () => ({ kind: 'answer', output: {} });
  await expect(saga().find({ order_id: 'order-1' })).rejects.toThrow(
    'no status of arn:aws:states:us-east-1:000000000000:execution:',
  );
});

test('a further run of an order has a name and an input of its own', async () => {
  const order = testOrder({ saga_run: 2 });
  await saga().start(order);
  const [call] = stepFunctions.calls;
  expect(call?.input.name).toBe(`${order.order_id}-2`);
  expect(JSON.parse(String(call?.input.input))).toMatchObject({ order_id: order.order_id, run: 2 });
});

test('an execution that Step Functions does not know is NOT_FOUND, one that failed says why', async () => {
  stepFunctions.reply = () => refuse('ExecutionDoesNotExist');
  expect(await saga().find({ order_id: 'order-1' })).toEqual({ status: 'NOT_FOUND' });
  stepFunctions.reply = () => ({ kind: 'answer', output: { status: 'FAILED', error: 'States.Runtime' } });
  expect(await saga().find({ order_id: 'order-1' })).toEqual({ status: 'FAILED', error: 'States.Runtime' });
});

test('a redrive is made of the current run; a refusal is no error, an outage is', async () => {
  expect(await saga().redrive({ order_id: 'order-1', saga_run: 1 })).toBe(true);
  expect(stepFunctions.calls[0]).toMatchObject({ action: 'RedriveExecution' });
  expect(stepFunctions.calls[0]?.input.executionArn).toMatch(/:order-1-1$/);
  stepFunctions.reply = () => refuse('ExecutionNotRedrivable');
  expect(await saga().redrive({ order_id: 'order-1' })).toBe(false);
  stepFunctions.reply = () => refuse('ServiceUnavailable', 503);
  await expect(saga().redrive({ order_id: 'order-1' })).rejects.toMatchObject({ code: 'SAGA_UNAVAILABLE' });
});
