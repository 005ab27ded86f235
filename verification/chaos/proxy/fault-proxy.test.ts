import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FaultProxy, mirrorOutage } from './fault-proxy.ts';

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

test('a killed process whose port still answers for a moment is not taken for its successor', async () => {
  const told: string[] = [];
  let looks = 0;
  const isReplaced = () => {
    looks += 1;
    told.push('looked');
    return looks === 3;
  };
  await mirrorOutage(recordingProxy(told), { upstreamPort, isReplaced, isOver: () => false });
  expect(told).toEqual(['shut', 'looked', 'looked', 'looked', 'open']);
});

test('a proxy that is not needed any more stays shut', async () => {
  const told: string[] = [];
  await mirrorOutage(recordingProxy(told), { upstreamPort, isReplaced: () => true, isOver: () => true });
  expect(told).toEqual(['shut']);
});

function recordingProxy(told: string[]): FaultProxy {
  const tell = (what: string) => async () => {
    told.push(what);
  };
  return { address: '127.0.0.1:0', open: tell('open'), shut: tell('shut'), close: tell('close') };
}
