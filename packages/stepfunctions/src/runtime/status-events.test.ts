import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withHttpServers, withTestServers } from '../testing/fixtures.ts';
import { SILENT_LOGGER } from '../testing/test-loggers.ts';

const FAIL = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Boom', Cause: 'why' } } };
const serve = withTestServers();
const serveHttp = withHttpServers();

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
  expect(events[1]).toMatchObject({
    version: '0',
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account: '123456789012',
    region: 'us-east-1',
    resources: [executionArn],
    detail: {
      executionArn,
      name: 'one',
      status: 'FAILED',
      startDate: expect.any(Number),
      stopDate: expect.any(Number),
      input: '{"a":1}',
      output: null,
      error: 'Boom',
      cause: 'why',
      redriveCount: 0,
      redriveStatus: 'REDRIVABLE',
    },
  });
  expect(events.map(({ detail }) => (detail as JsonObject).status)).toEqual(['RUNNING', 'FAILED', 'RUNNING', 'FAILED']);
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
  const receiver = await serveHttp((request, response) => {
    request.resume();
    smallPosts += Number(request.headers['content-length']) < 10_000 ? 1 : 0;
    held.add(response);
    mostHeld = Math.max(mostHeld, held.size);
    response.once('close', () => held.delete(response));
    if (isAnswering) {
      response.end();
    }
  });
  const warnings: string[] = [];
  const told: object[] = [];
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
  expect(told[1]).toEqual({ dropped: expect.any(Number) });
  // Once all is well again, nothing more is said.
  for (const expected of [2, 4, 6]) {
    await server.start(arn, { input: '{}' });
    await waitFor(() => smallPosts === expected);
  }
  expect(warnings).toHaveLength(2);
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
