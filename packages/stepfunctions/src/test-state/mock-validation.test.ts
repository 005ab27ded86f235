import { expect, test } from '@jest/globals';
import type { Json } from '../language/json.ts';
import { type FieldValidationMode, mockFault } from './mock-validation.ts';

const PREFIX = 'Mock result schema validation error: ';
const [START, INVOKE, GET_ITEM] = ['states:startExecution', 'lambda:invoke', 'dynamodb:getItem'];
const ENDED = { ExecutionArn: 'a', StateMachineArn: 'm', Status: 'SUCCEEDED', StartDate: '2026-01-01T00:00:00Z' };

const FUNCTION = 'aws-sdk:lambda:getFunction';

function memory(MemorySize: number): Json {
  return { Configuration: { MemorySize } };
}

test.each<[string, Json, FieldValidationMode, string | undefined]>([
  [INVOKE, { StatusCode: 200, Payload: { any: 1 }, Other: 1 }, 'STRICT', undefined],
  [INVOKE, { StatusCode: '200' }, 'PRESENT', "Field 'StatusCode' must be a number"],
  [INVOKE, { StatusCode: 200.5 }, 'PRESENT', "Field 'StatusCode' must be a number"],
  [INVOKE, { StatusCode: '200' }, 'NONE', undefined],
  [START, { ExecutionArn: 'a', StartDate: '2026-01-01T00:00:00' }, 'STRICT', undefined],
  [START, {}, 'STRICT', "Required field 'ExecutionArn' is missing"],
  [START, { executionArn: 'a', startDate: 's' }, 'STRICT', "Required field 'ExecutionArn' is missing"],
  [START, {}, 'PRESENT', undefined],
  [START, { executionArn: 5 }, 'PRESENT', undefined],
  [START, { StartDate: 1_764_103_483 }, 'PRESENT', "Field 'StartDate' must be a string"],
  ['states:startExecution.sync', { ...ENDED, Output: '{}' }, 'STRICT', undefined],
  ['states:startExecution.sync', { ...ENDED, Output: {} }, 'STRICT', "Field 'Output' must be a string"],
  ['states:startExecution.sync:2', { ...ENDED, Output: {} }, 'STRICT', undefined],
  ['states:startExecution.sync', { ...ENDED, Status: 'DONE' }, 'STRICT', "Field 'Status' is not an expected value"],
  ['states:startExecution.waitForTaskToken', { mine: 1 }, 'STRICT', undefined],
  [GET_ITEM, { Item: [] }, 'PRESENT', "Field 'Item' must be an object"],
  [GET_ITEM, { Item: { id: { S: 5 } } }, 'PRESENT', "Field 'S' must be a string"],
  [GET_ITEM, { Item: { on: { BOOL: 'true' } } }, 'STRICT', "Field 'BOOL' must be a boolean"],
  [GET_ITEM, { Item: { l: { L: {} } } }, 'STRICT', "Field 'L' must be an array"],
  [GET_ITEM, { ConsumedCapacity: { CapacityUnits: '1.5' } }, 'STRICT', "Field 'CapacityUnits' must be a number"],
  [GET_ITEM, [], 'PRESENT', 'Mocked result must be an object'],
  ['aws-sdk:dynamodb:getItem', { Item: { on: { Bool: 1 } } }, 'STRICT', "Field 'Bool' must be a boolean"],
  ['aws-sdk:sfn:listStateMachines', {}, 'STRICT', "Required field 'StateMachines' is missing"],
  ['sqs:sendMessage', { MessageId: 5 }, 'STRICT', "Field 'MessageId' must be a string"],
  ['sns:publish', { MessageId: 'm' }, 'STRICT', undefined],
  ['aws-sdk:kms:encrypt', { CiphertextBlob: 5 }, 'PRESENT', "Field 'CiphertextBlob' must be a string"],
  [
    'aws-sdk:kms:encrypt',
    { CiphertextBlob: '' },
    'PRESENT',
    "Field 'CiphertextBlob' is smaller than the minimum length",
  ],
  ['aws-sdk:kms:encrypt', { KeyId: 'k'.repeat(2_049) }, 'STRICT', "Field 'KeyId' exceeds the maximum length"],
  [FUNCTION, memory(128), 'STRICT', undefined],
  [FUNCTION, memory(127), 'PRESENT', "Field 'MemorySize' is less than the minimum value"],
  [FUNCTION, memory(1_000_000), 'PRESENT', "Field 'MemorySize' exceeds the maximum value"],
  [FUNCTION, memory(1), 'NONE', undefined],
  ['aws-sdk:s3:getObject', { ChecksumSHA256: 5 }, 'STRICT', "Field 'ChecksumSHA256' must be a string"],
  ['ecs:runTask.sync', 5, 'STRICT', undefined],
])('a mocked result is checked against the service’s answer: %s, %j, %s', (action, result, mode, fault) => {
  expect(mockFault(`arn:aws:states:::${action}`, result, mode)).toBe(fault === undefined ? undefined : PREFIX + fault);
});

test('the result of a Lambda function called by its ARN may be anything', () => {
  expect(mockFault('arn:aws:lambda:us-east-1:000000000000:function:f', 5, 'STRICT')).toBeUndefined();
});
