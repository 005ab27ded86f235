import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';
import { eventually } from '../testing/test-server.ts';

const WAIT = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const ECHO = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const FAIL = { StartAt: 'A', States: { A: { Type: 'Fail', Error: 'Bad', Cause: 'very' } } };

const on = withTestEngine();

afterEach(() => {
  jest.restoreAllMocks();
});

function described(executionArn: string): Promise<JsonObject> {
  return on.call('DescribeExecution', { executionArn });
}

async function start(stateMachineArn: string): Promise<string> {
  return String((await on.call('StartExecution', { stateMachineArn })).executionArn);
}

async function ended(executionArn: string): Promise<JsonObject> {
  return eventually(async () => {
    const description = await described(executionArn);
    return description.status === 'RUNNING' ? undefined : description;
  });
}

describe('RedriveExecution', () => {
  test('a repeated client token is answered like the first call, and redrives once; another one redrives again', async () => {
    const executionArn = await start(await on.create('fail', FAIL));
    await ended(executionArn);
    const first = await on.call('RedriveExecution', { executionArn, clientToken: 'a' });
    await ended(executionArn);
    expect(await on.call('RedriveExecution', { executionArn, clientToken: 'a' })).toEqual(first);
    expect(await described(executionArn)).toMatchObject({ redriveCount: 1, redriveDate: first.redriveDate });
    await on.call('RedriveExecution', { executionArn, clientToken: 'b' });
    expect(await ended(executionArn)).toMatchObject({ redriveCount: 2 });
    await on.call('RedriveExecution', { executionArn });
    expect(await ended(executionArn)).toMatchObject({ redriveCount: 3 });
  });

  test('each call without a client token redrives, and a token with a space in it is refused', async () => {
    const executionArn = await start(await on.create('fail', FAIL));
    await ended(executionArn);
    for (const redriveCount of [1, 2]) {
      await on.call('RedriveExecution', { executionArn });
      expect(await ended(executionArn)).toMatchObject({ redriveCount });
    }
    for (const clientToken of [' a', 'a b', 'a ']) {
      const refused = on.call('RedriveExecution', { executionArn, clientToken });
      await expect(refused).rejects.toMatchObject({ type: 'ValidationException' });
    }
    expect(await described(executionArn)).toMatchObject({ redriveCount: 2 });
  });

  test('a redrive answers the date that the execution has afterwards', async () => {
    const executionArn = await start(await on.create('machine', WAIT));
    await on.call('StopExecution', { executionArn });
    let time = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => {
      time += 1_000;
      return time;
    });
    const { redriveDate } = await on.call('RedriveExecution', { executionArn });
    expect((await described(executionArn)).redriveDate).toBe(redriveDate);
  });

  test('an execution that failed more than 14 days ago is not redriven', async () => {
    const executionArn = await start(await on.create('fail', FAIL));
    const { stopDate } = await ended(executionArn);
    const fortnightMs = 14 * 24 * 60 * 60 * 1_000;
    const now = jest.spyOn(Date, 'now').mockReturnValue(Number(stopDate) * 1_000 + fortnightMs + 1);
    await expect(on.call('RedriveExecution', { executionArn })).rejects.toMatchObject({
      type: 'ExecutionNotRedrivable',
      message: 'Execution has exceeded the redrivable period of 14 days',
    });
    now.mockReturnValue(Number(stopDate) * 1_000 + fortnightMs);
    expect(await on.call('RedriveExecution', { executionArn })).toEqual({ redriveDate: expect.any(Number) });
  });

  test('an execution that runs or succeeded is not redriven', async () => {
    const running = await start(await on.create('machine', WAIT));
    const succeeded = await start(await on.create('echo', ECHO));
    await ended(succeeded);
    const refused = [running, succeeded];
    expect.assertions(2 * refused.length);
    for (const executionArn of refused) {
      const redrive = on.call('RedriveExecution', { executionArn, clientToken: 'a' });
      const { status } = await described(executionArn);
      const message = `Execution is ${status} and cannot be redriven`;
      await expect(redrive).rejects.toMatchObject({ type: 'ExecutionNotRedrivable', message });
      expect(await described(executionArn)).toMatchObject({ redriveCount: 0 });
    }
  });
});
