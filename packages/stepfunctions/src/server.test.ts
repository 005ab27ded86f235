import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from './language/json.ts';
import { withTestServers } from './testing/fixtures.ts';
import { FUNCTION, machine, PASS, TASK, typesOf } from './testing/server-machines.ts';

const serve = withTestServers();

describe('an execution', () => {
  test('an execution runs to its end and can be described, listed and read event by event', async () => {
    const server = await serve({ work: (event) => ({ got: event }) });
    const arn = await server.create('one', TASK);
    const executionArn = await server.start(arn, { name: 'first', input: '{"a":1}' });
    expect(executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:one:first');
    expect(await server.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"got":{"a":1}}' });
    const history = await server.call('GetExecutionHistory', { executionArn });
    expect(typesOf(history)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    const reversed = await server.call('GetExecutionHistory', { executionArn, reverseOrder: true, maxResults: 2 });
    expect(typesOf(reversed)).toEqual(['ExecutionSucceeded', 'TaskStateExited']);
    const nextToken = reversed.nextToken ?? null;
    const next = await server.call('GetExecutionHistory', {
      executionArn,
      reverseOrder: true,
      maxResults: 2,
      nextToken,
    });
    expect(typesOf(next)).toEqual(['LambdaFunctionSucceeded', 'LambdaFunctionStarted']);
  });

  test('an execution keeps its definition when the state machine is updated and deleted', async () => {
    const release = Promise.withResolvers<null>();
    const server = await serve({ work: () => release.promise });
    const stateMachineArn = await server.create('changed', TASK);
    const executionArn = await server.start(stateMachineArn);
    await server.call('UpdateStateMachine', { stateMachineArn, definition: JSON.stringify(PASS) });
    await server.call('DeleteStateMachine', { stateMachineArn });
    expect(await server.call('DescribeStateMachine', { stateMachineArn })).toMatchObject({ status: 'DELETING' });
    release.resolve(null);
    expect(await server.end(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    const { definition } = await server.call('DescribeStateMachineForExecution', { executionArn });
    expect(JSON.parse(String(definition))).toEqual(TASK);
    await expect(server.call('DescribeStateMachine', { stateMachineArn })).rejects.toMatchObject({
      type: 'StateMachineDoesNotExist',
    });
  });

  test('an execution that is stopped while its Lambda runs is ABORTED, and the late answer changes nothing', async () => {
    const release = Promise.withResolvers<string>();
    const server = await serve({ work: () => release.promise });
    const executionArn = await server.start(await server.create('stopped', TASK));
    await server.call('StopExecution', { executionArn, error: 'Enough', cause: 'for today' });
    release.resolve('late');
    expect(await server.end(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'for today' });
  });

  test('a redriven execution continues from where it failed, and a repeated redrive call is idempotent', async () => {
    let fails = true;
    const server = await serve({
      work: () => {
        if (fails) {
          throw new Error('not yet');
        }
        return 'done';
      },
    });
    const executionArn = await server.start(await server.create('redriven', TASK));
    expect(await server.end(executionArn)).toMatchObject({ status: 'FAILED', redriveStatus: 'REDRIVABLE' });
    fails = false;
    const first = await server.call('RedriveExecution', { executionArn, clientToken: 'once' });
    expect(await server.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, output: '"done"' });
    expect(await server.call('RedriveExecution', { executionArn, clientToken: 'once' })).toEqual(first);
    await expect(server.call('RedriveExecution', { executionArn })).rejects.toMatchObject({
      type: 'ExecutionNotRedrivable',
    });
  });
});

describe('StartExecution', () => {
  test('concurrent StartExecution calls with the same name and input answer the same running execution', async () => {
    const release = Promise.withResolvers<null>();
    const server = await serve({ work: () => release.promise });
    const stateMachineArn = await server.create('same', TASK);
    const start = { stateMachineArn, name: 'same', input: '{}' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => server.call('StartExecution', start)));
    for (const answer of answers) {
      expect(answer).toEqual(answers[0]);
    }
    const exists = { type: 'ExecutionAlreadyExists', status: 400 };
    await expect(server.call('StartExecution', { ...start, input: '{"other":1}' })).rejects.toMatchObject(exists);
    release.resolve(null);
    await server.end(String(answers[0]?.executionArn));
    await expect(server.call('StartExecution', start)).rejects.toMatchObject(exists);
  });

  test('StartExecution is throttled while too many executions have a queued task; waiting executions do not count', async () => {
    const release = Promise.withResolvers<null>();
    const server = await serve({ work: () => release.promise }, { maxConcurrentInvokes: 1, maxQueuedExecutions: 2 });
    const waiting = await server.create('waiting', machine({ Type: 'Wait', Seconds: 60 }));
    for (let i = 0; i < 5; i += 1) {
      await server.start(waiting);
    }
    const busy = await server.create('busy', TASK);
    const started = [await server.start(busy), await server.start(busy), await server.start(busy)];
    await expect(server.start(busy)).rejects.toMatchObject({
      type: 'ThrottlingException',
      status: 400,
      message: 'Rate exceeded',
    });
    release.resolve(null);
    for (const executionArn of started) {
      await server.end(executionArn);
    }
    await server.start(busy);
  });
});

describe('a distributed Map', () => {
  const DISTRIBUTED: JsonObject = {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        Label: 'each',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Work',
          States: { Work: { Type: 'Task', Resource: FUNCTION, End: true } },
        },
        End: true,
      },
    },
  };

  test('children of a distributed Map are listed, described and read like executions, and redriven with their map run', async () => {
    let fails = true;
    const server = await serve({
      work: (event) => {
        if (fails && event === 2) {
          throw Object.assign(new Error('no'), { name: 'Refused' });
        }
        return Number(event) * 10;
      },
    });
    const stateMachineArn = await server.create('distributed', DISTRIBUTED);
    const executionArn = await server.start(stateMachineArn, { input: '[1,2]' });
    expect(await server.end(executionArn)).toMatchObject({ status: 'FAILED' });
    const { mapRuns } = await server.call('ListMapRuns', { executionArn });
    const [mapRun] = mapRuns as readonly JsonObject[];
    const mapRunArn = mapRun?.mapRunArn ?? '';
    expect(await server.call('DescribeMapRun', { mapRunArn })).toMatchObject({
      executionArn,
      status: 'FAILED',
      itemCounts: { total: 2 },
    });
    const failed = await server.call('ListExecutions', { mapRunArn, statusFilter: 'FAILED' });
    const [child] = failed.executions as readonly JsonObject[];
    expect(child).toMatchObject({ mapRunArn, itemCount: 1, stateMachineArn: `${stateMachineArn}/each` });
    const childArn = child?.executionArn ?? '';
    expect(await server.call('DescribeExecution', { executionArn: childArn })).toMatchObject({
      status: 'FAILED',
      input: '2',
      error: 'Refused',
      mapRunArn,
      redriveStatus: 'REDRIVABLE_BY_MAP_RUN',
    });
    await expect(server.call('RedriveExecution', { executionArn: childArn })).rejects.toMatchObject({
      type: 'ValidationException',
    });
    expect(await server.call('DescribeStateMachineForExecution', { executionArn: childArn })).toMatchObject({
      mapRunArn,
      label: 'each',
      definition: expect.stringContaining('"StartAt":"Work"'),
    });
    fails = false;
    await server.call('RedriveExecution', { executionArn });
    expect(await server.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '[10,20]' });
    expect(await server.call('DescribeExecution', { executionArn: childArn })).toMatchObject({
      status: 'SUCCEEDED',
      output: '20',
      redriveCount: 1,
    });
    const types = typesOf(await server.call('GetExecutionHistory', { executionArn: childArn }));
    expect([types[0], types.at(-1)]).toEqual(['ExecutionStarted', 'ExecutionSucceeded']);
    expect(types).toContain('ExecutionRedriven');
    const { executions } = await server.call('ListExecutions', { stateMachineArn });
    expect(executions).toHaveLength(1);
  });
});

describe('the HTTP server', () => {
  const post = (url: string, target: string, body: string): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'x-amz-target': target }, body });

  test.each([
    ['an unknown action', 'AWSStepFunctions.Dance', '{}', 'UnknownOperationException'],
    ['a body that is not JSON', 'AWSStepFunctions.ListStateMachines', '{', 'SerializationException'],
    ['a body that is no object', 'AWSStepFunctions.ListStateMachines', '[]', 'SerializationException'],
    ['a member of a wrong type', 'AWSStepFunctions.ListStateMachines', '{"maxResults":"5"}', 'SerializationException'],
    ['another service', 'AmazonSQS.SendMessage', '{}', 'UnknownOperationException'],
  ])('the server answers %s with AWS’s exception', async (_what, target, body, type) => {
    const server = await serve();
    const response = await post(server.url, target, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: type });
  });

  test('the server refuses an endless body before it has read it all', async () => {
    const server = await serve();
    const response = await post(server.url, 'AWSStepFunctions.ListStateMachines', ' '.repeat(3_000_000));
    expect(response.status).toBe(413);
  });

  test('the server shows its load', async () => {
    const server = await serve();
    const response = await fetch(`${server.url}/health`);
    expect(await response.json()).toEqual({
      status: 'running',
      stepFunctions: { invokesUnderWay: 0, executionsQueued: 0 },
    });
  });
});

test('an express execution runs to its end in one call, with its billed time', async () => {
  const server = await serve({ work: (event) => event });
  const stateMachineArn = await server.create('express', TASK, { type: 'EXPRESS' });
  const answer = await server.call('StartSyncExecution', { stateMachineArn, input: '{"a":1}', name: 'once' });
  expect(answer).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"a":1}',
    name: 'once',
    billingDetails: { billedMemoryUsedInMB: 64 },
  });
  await expect(server.call('ListExecutions', { stateMachineArn })).rejects.toMatchObject({
    type: 'StateMachineTypeNotSupported',
  });
});
