import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestServer } from '../testing/fixtures.ts';

const server = withTestServer();

const PASS: JsonObject = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const ARN = 'arn:aws:states:us-east-1:000000000000';
const create = { roleArn: 'arn:aws:iam::000000000000:role/r', definition: JSON.stringify(PASS) };

describe('bad requests', () => {
  test.each<[string, JsonObject, string, string]>([
    ['CreateActivity', { name: 'a b' }, 'InvalidName', "Invalid Name: 'a b'"],
    ['CreateStateMachine', { ...create, name: 'a/b' }, 'InvalidName', "Invalid Name: 'a/b'"],
    [
      'CreateStateMachine',
      { ...create, name: 'role', roleArn: 'me' },
      'InvalidArn',
      "Invalid Arn: 'Invalid ARN prefix: me'",
    ],
    [
      'CreateStateMachine',
      { ...create, name: 'logs', loggingConfiguration: { level: 'ALL' } },
      'InvalidLoggingConfiguration',
      'Invalid Logging Configuration: Must specify exactly one Log Destination.',
    ],
    [
      'DescribeStateMachine',
      { stateMachineArn: `${ARN}:stateMachine:none` },
      'StateMachineDoesNotExist',
      `State Machine Does Not Exist: '${ARN}:stateMachine:none'`,
    ],
    [
      'DescribeExecution',
      { executionArn: `${ARN}:execution:none:none` },
      'ExecutionDoesNotExist',
      `Execution Does Not Exist: '${ARN}:execution:none:none'`,
    ],
    [
      'StopExecution',
      { executionArn: `${ARN}:express:none:none:id` },
      'InvalidArn',
      "Invalid Arn: 'Resource type not valid in this context: express'",
    ],
    [
      'GetActivityTask',
      { activityArn: `${ARN}:activity:none` },
      'ActivityDoesNotExist',
      `Activity Does Not Exist: '${ARN}:activity:none'`,
    ],
    [
      'TagResource',
      { resourceArn: `${ARN}:stateMachine:none`, tags: [] },
      'ResourceNotFound',
      `Resource not found: '${ARN}:stateMachine:none'`,
    ],
    ['ListStateMachines', { nextToken: 'made up' }, 'InvalidToken', "Invalid Token: 'Invalid token'"],
    [
      'ListExecutions',
      {},
      'ValidationException',
      '1 validation error detected: Must provide a StateMachine ARN or MapRun ARN',
    ],
  ])('%s refuses a bad request in AWS’s words: %j', async (action, body, type, message) => {
    await expect(server.call(action, body)).rejects.toMatchObject({ type, message, status: 400 });
  });

  test.each([
    [
      'not json',
      "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    ],
    ['', 'Invalid execution input.'],
  ])('StartExecution refuses input that is no JSON in AWS’s words: %j', async (input, why) => {
    const stateMachineArn = await server.create('input', PASS);
    await expect(server.start(stateMachineArn, { input })).rejects.toMatchObject({
      type: 'InvalidExecutionInput',
      message: `Invalid State Machine Execution Input: '${why}'`,
    });
  });
});

test('a listing continues where its page ended, shows each item once and refuses the token of another listing', async () => {
  const names = ['page-1', 'page-2', 'page-3'];
  for (const name of names) {
    await server.call('CreateActivity', { name });
  }
  const first = await server.call('ListActivities', { maxResults: 2 });
  const rest = await server.call('ListActivities', { maxResults: 2, nextToken: first.nextToken ?? '' });
  const listed = [first, rest].flatMap(({ activities }) => activities as readonly JsonObject[]);
  expect(listed.map(({ name }) => name)).toEqual(names);
  expect(rest.nextToken).toBeUndefined();
  await expect(server.call('ListStateMachines', { nextToken: first.nextToken ?? '' })).rejects.toMatchObject({
    type: 'InvalidToken',
  });
});

test('a repeated create call is idempotent, but conflicts with another definition', async () => {
  const first = await server.call('CreateStateMachine', { ...create, name: 'twice' });
  const otherRole = { ...create, name: 'twice', roleArn: 'arn:aws:iam::000000000000:role/other' };
  expect(await server.call('CreateStateMachine', otherRole)).toEqual(first);
  const definition = JSON.stringify({ ...PASS, Comment: 'another' });
  await expect(server.call('CreateStateMachine', { ...create, name: 'twice', definition })).rejects.toMatchObject({
    type: 'StateMachineAlreadyExists',
  });
});

test('tags are added, replaced and removed by key', async () => {
  const resourceArn = await server.create('tagged', PASS, { tags: [{ key: 'a', value: '1' }] });
  await server.call('TagResource', { resourceArn, tags: [{ key: 'a', value: '2' }, { key: 'b' }] });
  expect(await server.call('ListTagsForResource', { resourceArn })).toEqual({
    tags: [
      { key: 'a', value: '2' },
      { key: 'b', value: '' },
    ],
  });
  await server.call('UntagResource', { resourceArn, tagKeys: ['a', 'none'] });
  expect(await server.call('ListTagsForResource', { resourceArn })).toEqual({ tags: [{ key: 'b', value: '' }] });
});
