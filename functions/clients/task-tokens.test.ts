import { expect, test } from '@jest/globals';
import { withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse } from '../../tests/support/step-functions-recorder.ts';
import { createTaskTokens } from './task-tokens.ts';

const stepFunctions = withStepFunctions();
function tokens() {
  return createTaskTokens(stepFunctions.client);
}

test('an authorized payment completes the saga’s task with its decision', async () => {
  const decision = { decision: 'PAID', payment_id: 'payment-1', provider_reference: 'charge-1' } as const;
  expect(await tokens().reportPaid('token-1', decision)).toBe(true);
  expect(stepFunctions.calls).toEqual([
    { action: 'SendTaskSuccess', input: { taskToken: 'token-1', output: JSON.stringify(decision) } },
  ]);
});

test('a cancellation fails the saga’s task with the error that the state machine catches', async () => {
  expect(await tokens().reportCancelled('token-1')).toBe(true);
  expect(stepFunctions.calls).toEqual([
    {
      action: 'SendTaskFailure',
      input: { taskToken: 'token-1', error: 'OrderCancelledError', cause: 'cancelled by the customer' },
    },
  ]);
});

test('a refused payment fails the saga’s task with the error that the state machine catches', async () => {
  expect(await tokens().reportDeclined('token-1')).toBe(true);
  expect(stepFunctions.calls).toEqual([
    {
      action: 'SendTaskFailure',
      input: { taskToken: 'token-1', error: 'PaymentDeclinedError', cause: 'the payment was refused' },
    },
  ]);
});

test.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])(
  'after %s, no task waits under the token any more',
  async (error) => {
    stepFunctions.reply = () => refuse(error);
    expect(await tokens().reportCancelled('token-1')).toBe(false);
  },
);

test('an unanswered report to the saga is retryable', async () => {
  stepFunctions.reply = () => refuse('ThrottlingException');
  await expect(tokens().reportCancelled('token-1')).rejects.toMatchObject({
    name: 'RetryableError',
    code: 'SAGA_UNAVAILABLE',
  });
});

test.each(['AccessDeniedException', 'InvalidOutput', 'TaskTimedOutException', 'NotTaskTimedOut'])(
  'a report that Step Functions refuses with %s is a fault, not the end of the wait',
  async (error) => {
    stepFunctions.reply = () => refuse(error);
    await expect(tokens().reportCancelled('token-1')).rejects.toMatchObject({ name: error });
  },
);
