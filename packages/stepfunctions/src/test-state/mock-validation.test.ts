import { expect, test } from '@jest/globals';
import type { Json } from '../language/json.ts';
import { type FieldValidationMode, mockFault } from './mock-validation.ts';

const PREFIX = 'Mock result schema validation error: ';
const START = 'arn:aws:states:::states:startExecution';

test.each<[string, Json, FieldValidationMode, string | undefined]>([
  ['arn:aws:states:::lambda:invoke', { StatusCode: 200, Payload: 'x', Other: 1 }, 'STRICT', undefined],
  ['arn:aws:states:::lambda:invoke', { StatusCode: '200' }, 'PRESENT', "Field 'StatusCode' must be a number"],
  ['arn:aws:states:::lambda:invoke', { StatusCode: '200' }, 'NONE', undefined],
  [START, { ExecutionArn: 'a', StartDate: '2026-01-01T00:00:00' }, 'STRICT', undefined],
  [START, {}, 'STRICT', "Field 'ExecutionArn' is required"],
  [START, {}, 'PRESENT', undefined],
  [START, { executionArn: 5 }, 'PRESENT', undefined],
  [START, { StartDate: true }, 'PRESENT', "Field 'StartDate' must be a timestamp"],
  ['arn:aws:states:::dynamodb:getItem', { Item: [] }, 'PRESENT', "Field 'Item' must be an object"],
  ['arn:aws:states:::dynamodb:getItem', [], 'PRESENT', 'Mocked result must be an object'],
  ['arn:aws:lambda:us-east-1:000000000000:function:f', 5, 'STRICT', undefined],
  ['arn:aws:states:::sqs:sendMessage', 5, 'STRICT', undefined],
])('a mocked result is checked against the service’s answer: %s, %j, %s', (resource, result, mode, fault) => {
  expect(mockFault(resource, result, mode)).toBe(fault === undefined ? undefined : PREFIX + fault);
});
