import { expect, test } from '@jest/globals';
import { integrationNames, parseTaskTarget } from './task-target.ts';

test.each([
  ['arn:aws:states:::lambda:invoke', 'invoke', 'lambda', 'REQUEST_RESPONSE'],
  ['arn:aws:states:::lambda:invoke.waitForTaskToken', 'invoke.waitForTaskToken', 'lambda', 'WAIT_FOR_TASK_TOKEN'],
  ['arn:aws:states:::states:startExecution.sync:2', 'startExecution.sync:2', 'states', 'RUN_A_JOB_V2'],
  ['arn:aws:states:::aws-sdk:dynamodb:getItem', 'getItem', 'aws-sdk:dynamodb', 'REQUEST_RESPONSE'],
])('a Task resource is read: %s', (arn, resource, resourceType, pattern) => {
  const target = parseTaskTarget(arn);
  expect(target).toMatchObject({ kind: 'INTEGRATION', pattern });
  if (target.kind === 'INTEGRATION') {
    expect(integrationNames(target)).toEqual({ resource, resourceType });
  }
});

test('tells functions and activities from integrations', () => {
  expect(parseTaskTarget('arn:aws:lambda:us-east-1:000000000000:function:f:live').kind).toBe('LAMBDA_FUNCTION');
  expect(parseTaskTarget('arn:aws:states:us-east-1:000000000000:activity:a').kind).toBe('ACTIVITY');
});

test.each([
  'arn:aws:states:::lambda:invoke.later',
  'arn:aws:states:::lambda',
  'arn:aws:states:::lambda:',
  'arn:aws:lambda:us-east-1:000000000000:layer:l:1',
  'arn:aws:states:us-east-1:000000000000:stateMachine:m',
  'arn:aws:states:us-east-1:000000000000:function:f',
  'arn:aws:sqs:us-east-1:000000000000:activity:a',
  'nonsense',
])('a Task resource is refused: %s', (arn) => {
  expect(() => parseTaskTarget(arn)).toThrow(arn);
});
