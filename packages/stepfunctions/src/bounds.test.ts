import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { callAction } from './testing/call-action.ts';
import { withTestServers } from './testing/fixtures.ts';
import { startTestEngine } from './testing/test-engine.ts';
import { eventually } from './testing/test-server.ts';

const open = withTestServers();

/** Waits until so many of the calls were refused. */
async function refusalsOf(calls: readonly Promise<unknown>[], count: number): Promise<readonly unknown[]> {
  const refused: unknown[] = [];
  for (const call of calls) {
    call.catch((error: unknown) => refused.push(error));
  }
  await eventually(() => (refused.length === count ? true : undefined));
  return refused;
}

test('connections beyond the limit are closed on arrival, and open ones are served', async () => {
  const { url, call } = await open();
  const port = Number(new URL(url).port);
  const sockets: Socket[] = [];
  const closed = new Set<Socket>();
  for (let wave = 0; wave < 21; wave += 1) {
    const opened = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    for (const socket of opened) {
      socket.on('close', () => closed.add(socket));
    }
    sockets.push(...opened);
    await Promise.all(opened.map((socket) => once(socket, 'connect')));
  }
  await eventually(() => (closed.size === 100 ? true : undefined));
  for (const socket of sockets) {
    socket.destroy();
  }
  await eventually(() => call('ListStateMachines').catch(() => undefined));
});

test('the 1,001st concurrent poll of one activity is refused', async () => {
  const { engine, call } = startTestEngine();
  const { activityArn = '' } = await call('CreateActivity', { name: 'work' });
  const hungUp = new AbortController();
  const poll = async (): Promise<unknown> =>
    engine.dispatch('GetActivityTask', { activityArn }, { gone: () => hungUp.signal });
  const polls = Array.from({ length: 1_001 }, poll);
  expect(await refusalsOf(polls, 1)).toEqual([expect.objectContaining({ type: 'ActivityWorkerLimitExceeded' })]);
  hungUp.abort();
  await Promise.allSettled(polls);
  await engine.close();
});

test('concurrent TestState calls run at most 16 tasks at once', async () => {
  const ends: (() => void)[] = [];
  const hang = (): Promise<null> => new Promise((done) => ends.push(() => done(null)));
  const { url } = await open({ hang });
  const resource = 'arn:aws:lambda:us-east-1:000000000000:function:hang';
  const definition = JSON.stringify({ Type: 'Task', Resource: resource, End: true });
  const request = { definition, roleArn: 'arn:aws:iam::000000000000:role/r' };
  const tested = Array.from({ length: 20 }, () => callAction(url, 'TestState', request));
  const settled = Promise.allSettled(tested);
  expect(await refusalsOf(tested, 4)).toContainEqual(expect.objectContaining({ type: 'ThrottlingException' }));
  await eventually(() => (ends.length === 16 ? true : undefined));
  for (const end of ends) {
    end();
  }
  const outcomes = await settled;
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(16);
});
