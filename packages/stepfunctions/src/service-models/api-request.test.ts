import { expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { toApiRequest } from './api-request.ts';
import { operationOf } from './service-model.ts';

function converted(service: string, action: string, sdk: boolean, parameters: JsonObject): JsonObject {
  const input = operationOf(service, action, sdk)?.input;
  if (input === undefined) {
    throw new Error(`no model of ${service}:${action}`);
  }
  return toApiRequest(parameters, input);
}

test('an object given for text is written as JSON, and its names stay as they are', () => {
  const parameters = { StateMachineArn: 'a', Input: { Upper: { Nested: 1 }, lower: [2] } };
  expect(converted('sfn', 'startExecution', true, parameters)).toStrictEqual({
    stateMachineArn: 'a',
    input: '{"Upper":{"Nested":1},"lower":[2]}',
  });
  expect(converted('sfn', 'sendTaskSuccess', true, { TaskToken: 't', Output: [1] })).toStrictEqual({
    taskToken: 't',
    output: '[1]',
  });
});

test('members inside lists and structures get the API’s names', () => {
  const Tags = [{ Key: 'k', Value: 'v' }];
  expect(converted('sfn', 'tagResource', true, { ResourceArn: 'r', Tags })).toStrictEqual({
    resourceArn: 'r',
    tags: [{ key: 'k', value: 'v' }],
  });
});

test('attribute values may be text, also inside lists, and booleans may be written as text', () => {
  const Item = { id: 'x', on: { BOOL: 'true' }, list: { L: ['y', { N: '1' }] } };
  expect(converted('dynamodb', 'putItem', false, { TableName: 't', Item })).toStrictEqual({
    TableName: 't',
    Item: { id: { S: 'x' }, on: { BOOL: true }, list: { L: [{ S: 'y' }, { N: '1' }] } },
  });
});
