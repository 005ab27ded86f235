import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FaultProxy, mirrorDeath } from './fault-proxy.ts';

const part = createServer();
let upstreamPort = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => part.listen(0, '127.0.0.1', resolve));
  const address = part.address();
  if (address !== null && typeof address !== 'string') {
    upstreamPort = address.port;
  }
});

afterAll(async () => {
  await new Promise((resolve) => part.close(resolve));
});

test('a proxy stays shut while the port of the killed process still answers', async () => {
  const actions: string[] = [];
  let looks = 0;
  const isReplaced = () => {
    looks += 1;
    actions.push('looked');
    return looks === 3;
  };
  await mirrorDeath(recordingProxy(actions), { upstreamPort, isReplaced, isOver: () => false });
  expect(actions).toEqual(['shut', 'looked', 'looked', 'looked', 'open']);
});

test('a proxy that is no longer needed stays shut', async () => {
  const actions: string[] = [];
  await mirrorDeath(recordingProxy(actions), { upstreamPort, isReplaced: () => true, isOver: () => true });
  expect(actions).toEqual(['shut']);
});

function recordingProxy(actions: string[]): FaultProxy {
  const recording = (what: string) => async () => {
    actions.push(what);
  };
  return { address: '127.0.0.1:0', open: recording('open'), shut: recording('shut'), close: recording('close') };
}
