import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Choices } from '../choices.ts';
import { Network } from '../proxy/network.ts';
import type { NetworkCall } from '../proxy/network-call.ts';
import { FaultLog } from './injection.ts';
import { causeOutage, type OutageInjection } from './outage.ts';

const times = { maxMs: 60, engineAwayMs: 60, pollMs: 5 };
const delivery = { deliver: async () => 'done', hasFailed: () => false, hasArrived: () => true };

function injectionOn(network: Network, isOver: () => Promise<boolean>): OutageInjection {
  return {
    stack: { proxies: { network } },
    log: new FaultLog(),
    choices: new Choices(1, 'test'),
    seconds: 0,
    isOurs: ({ order_id }) => order_id === 'ours',
    isOver,
  };
}

async function outcomes(network: Network, calls: readonly NetworkCall[]): Promise<readonly string[]> {
  return await Promise.all(calls.map(async (call) => (await network.carry(call, delivery)).kind));
}

test('an outage whose orders neither end nor are parked in time fails, and its faults are removed', async () => {
  const network = new Network();
  const voided: NetworkCall = { link: 'payment', operation: 'Void', order_id: 'ours' };
  const outage = causeOutage(
    'payment',
    injectionOn(network, async () => false),
    times,
  );
  expect(await outcomes(network, [voided, { ...voided, order_id: 'other' }])).toEqual(['refused', 'replied']);
  await expect(outage).rejects.toThrow('before every order had ended or was parked');
  expect(await outcomes(network, [voided])).toEqual(['replied']);
});

test("an outage of the engine refuses every call about the cell's orders, and no other, until it is over", async () => {
  const network = new Network();
  const started: NetworkCall = { link: 'endpoint', operation: 'StartExecution', order_id: 'ours' };
  const outage = causeOutage(
    'engine',
    injectionOn(network, async () => true),
    times,
  );
  await sleep(20);
  expect(await outcomes(network, [started, { ...started, order_id: 'other' }])).toEqual(['refused', 'replied']);
  await outage;
  expect(await outcomes(network, [started])).toEqual(['replied']);
});
