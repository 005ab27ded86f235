import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, jest, test } from '@jest/globals';
import { createExecution } from '../core/step.ts';
import type { JsonObject } from '../language/json.ts';
import { withHttpServers, withJournal, withTestServers } from '../testing/fixtures.ts';
import { startTestEngine } from '../testing/test-engine.ts';
import { SILENT_LOGGER } from '../testing/test-loggers.ts';
import { StatusEvents } from './status-events.ts';

const FAIL = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Boom', Cause: 'why' } } };
const serve = withTestServers();
const serveHttp = withHttpServers();
const stored = withJournal();

/** A receiver of events that refuses the first ones. */
async function receive(refused: number): Promise<{ readonly url: string; readonly events: JsonObject[] }> {
  const events: JsonObject[] = [];
  let requests = 0;
  const { url } = await serveHttp(async (request, response) => {
    const event = JSON.parse(await text(request)) as JsonObject;
    requests += 1;
    if (requests > refused) {
      events.push(event);
    }
    response.writeHead(requests > refused ? 200 : 500).end();
  });
  return { url: `${url}/events`, events };
}

async function waitFor(isDone: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isDone(); tries++) {
    await new Promise((done) => setTimeout(done, 25));
  }
}

test('each change of an execution’s status is posted in EventBridge’s shape, in order, also after refusals', async () => {
  const { url, events } = await receive(2);
  const on = await serve({}, { eventsEndpoint: url, account: '123456789012' });
  const executionArn = await on.start(await on.create('fails', FAIL), { input: '{"a":1}', name: 'one' });
  await on.end(executionArn);
  await on.call('RedriveExecution', { executionArn });
  await waitFor(() => events.length === 4);
  const envelope = {
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account: '123456789012',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: [executionArn],
  };
  const { stateMachineArn } = await on.call('DescribeExecution', { executionArn });
  const running = {
    ...{ executionArn, stateMachineArn, name: 'one', status: 'RUNNING', startDate: expect.any(Number), stopDate: null },
    ...{ input: '{"a":1}', inputDetails: { included: true }, output: null, outputDetails: null },
    ...{ error: null, cause: null, stateMachineVersionArn: null, stateMachineAliasArn: null },
    ...{ redriveCount: 0, redriveDate: null, redriveStatus: 'NOT_REDRIVABLE' },
    redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
  };
  const failed = {
    ...{ ...running, status: 'FAILED', stopDate: expect.any(Number), error: 'Boom', cause: 'why' },
    ...{ redriveStatus: 'REDRIVABLE', redriveStatusReason: null },
  };
  const redriven = { redriveCount: 1, redriveDate: expect.any(Number) };
  expect(events).toEqual([
    { ...envelope, detail: running },
    { ...envelope, detail: failed },
    { ...envelope, detail: { ...running, ...redriven } },
    { ...envelope, detail: { ...failed, ...redriven } },
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(4);
});

test('the event of an execution that succeeded has its output, and the version and alias that started it', async () => {
  const { url, events } = await receive(0);
  const on = await serve({}, { eventsEndpoint: url });
  const stateMachineArn = await on.create('echo', { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } });
  const { stateMachineVersionArn = '' } = await on.call('PublishStateMachineVersion', { stateMachineArn });
  const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
  const { stateMachineAliasArn = '' } = await on.call('CreateStateMachineAlias', {
    name: 'live',
    routingConfiguration,
  });
  await on.end(await on.start(String(stateMachineAliasArn), { input: '7' }));
  await waitFor(() => events.length === 2);
  const started = { stateMachineArn, stateMachineVersionArn, stateMachineAliasArn };
  expect(events.map(({ detail }) => detail)).toMatchObject([
    { ...started, status: 'RUNNING', output: null, outputDetails: null, stopDate: null },
    {
      ...{ ...started, status: 'SUCCEEDED', output: '7', outputDetails: { included: true } },
      ...{ error: null, cause: null, redriveStatus: 'NOT_REDRIVABLE' },
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    },
  ]);
});

test('an event that its receiver always refuses is given up with a warning that names the execution', async () => {
  const receiver = await receive(Number.POSITIVE_INFINITY);
  const warnings: (readonly [object, string])[] = [];
  const warn = (fields: object, message: string): void => void warnings.push([fields, message]);
  const on = await serve({}, { eventsEndpoint: receiver.url, logger: { ...SILENT_LOGGER, warn } });
  const executionArn = await on.start(await on.create('fails', FAIL));
  await waitFor(() => warnings.length === 2);
  const warning = [
    { executionArn, err: new Error('the endpoint answered 500') },
    'a status event could not be delivered',
  ] as const;
  expect(warnings).toEqual([warning, warning]);
  expect(receiver.events).toEqual([]);
});

test('a receiver that does not answer gets few posts at once; what it cannot take is dropped with a warning', async () => {
  const held = new Set<ServerResponse>();
  let mostHeld = 0;
  let isAnswering = false;
  let smallPosts = 0;
  const posted = new Set<unknown>();
  const receiver = await serveHttp(async (request, response) => {
    smallPosts += Number(request.headers['content-length']) < 10_000 ? 1 : 0;
    held.add(response);
    mostHeld = Math.max(mostHeld, held.size);
    response.once('close', () => held.delete(response));
    posted.add((JSON.parse(await text(request)) as JsonObject).id);
    if (isAnswering) {
      response.end();
    }
  });
  const warnings: string[] = [];
  const told: { readonly dropped?: number }[] = [];
  const warn = (fields: object, message: string): void => {
    told.push(fields);
    warnings.push(message);
  };
  const logger = { ...SILENT_LOGGER, warn };
  const eventsEndpoint = receiver.url;
  const server = await serve({}, { eventsEndpoint, logger });
  const arn = await server.create('fails', FAIL);
  const input = JSON.stringify('x'.repeat(250_000));
  await Promise.all(Array.from({ length: 50 }, () => server.start(arn, { input })));
  await waitFor(() => held.size > 0 && warnings.length > 0);
  expect(mostHeld).toBeLessThanOrEqual(16);
  expect(warnings).toEqual(['status events are dropped, because their receiver is too slow']);
  isAnswering = true;
  for (const response of held) {
    response.end();
  }
  await waitFor(() => warnings.length === 2);
  expect(warnings[1]).toBe('status events were dropped; those that follow are posted again');
  expect(told[0]).toEqual({ endpoint: eventsEndpoint });
  expect(told[1]).toEqual({ dropped: 100 - posted.size });
  // Once all is well again, nothing more is said.
  for (const expected of [2, 4, 6]) {
    await server.start(arn, { input: '{}' });
    await waitFor(() => smallPosts === expected);
  }
  expect(warnings).toHaveLength(2);
});

test('an event that is refused is posted again after 100 ms, then after twice the pause, five times in all', async () => {
  const { journal } = stored;
  const machine = journal.stateMachines.create(
    { arn: 'arn:machine', name: 'machine', type: 'STANDARD', createdAt: 1 },
    {
      ...{ revisionId: undefined, definition: '{}', roleArn: 'arn:role' },
      ...{ logging: '{}', tracing: '{}', encryption: '{}' },
    },
  );
  const names = { arn: 'arn:one', name: 'one', stateMachineArn: 'arn:machine', stateMachineName: 'machine' };
  const execution = createExecution({ ...names, type: 'STANDARD', roleArn: 'arn:role', input: '{}' });
  journal.executions.insert({ id: 1, stateMachine: machine.id, revision: machine.revision }, execution);
  const settings = { endpoint: 'http://127.0.0.1:1/', account: '1', region: 'r' };
  const post = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('refused'));
  jest.useFakeTimers();
  try {
    const events = new StatusEvents(settings, journal, SILENT_LOGGER);
    events.publish(9, 'RUNNING');
    events.publish(1, 'RUNNING');
    const posts: number[] = [];
    for (const pause of [0, 99, 1, 199, 1, 399, 1, 799, 1, 60_000]) {
      await jest.advanceTimersByTimeAsync(pause);
      posts.push(post.mock.calls.length);
    }
    expect(posts).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    expect(post.mock.calls[0]).toMatchObject([
      settings.endpoint,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
    ]);
    events.publish(1, 'RUNNING');
    events.publish(1, 'ABORTED');
    await jest.advanceTimersByTimeAsync(0);
    events.close();
    events.publish(1, 'RUNNING');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(post).toHaveBeenCalledTimes(6);
  } finally {
    jest.useRealTimers();
    post.mockRestore();
  }
});

test('a post that its receiver does not answer ends with the engine', async () => {
  const held = Promise.withResolvers<ServerResponse>();
  const { url } = await serveHttp((request, response) => {
    request.resume();
    held.resolve(response);
  });
  // The longest time that a post may take would end it as well.
  const timeLimit = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal);
  const on = startTestEngine({ eventsEndpoint: url });
  await on.call('StartExecution', { stateMachineArn: await on.create('fails', FAIL) });
  const response = await held.promise;
  const hungUp = once(response, 'close');
  await on.engine.close();
  await hungUp;
  timeLimit.mockRestore();
  expect(response.writableEnded).toBe(false);
});

test('a wait scale shortens Waits and pauses before retries, in standard and express executions', async () => {
  let calls = 0;
  const flaky = () => {
    calls += 1;
    if (calls % 2 === 1) {
      throw new Error('not yet');
    }
    return { calls };
  };
  const on = await serve({ flaky }, { waitScale: 0.0001 });
  const work = {
    Type: 'Task',
    Resource: 'arn:aws:lambda:us-east-1:000000000000:function:flaky',
    Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 600 }],
    Next: 'Sleep',
  };
  const machine = { StartAt: 'Work', States: { Work: work, Sleep: { Type: 'Wait', Seconds: 3_600, End: true } } };
  const started = Date.now();
  const end = await on.end(await on.start(await on.create('slow', machine)));
  expect(end).toMatchObject({ status: 'SUCCEEDED', output: '{"calls":2}' });
  const stateMachineArn = await on.create('express', machine, { type: 'EXPRESS' });
  expect(await on.call('StartSyncExecution', { stateMachineArn })).toMatchObject({ status: 'SUCCEEDED' });
  expect(Date.now() - started).toBeLessThan(30_000);
});
