import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Choices } from '../choices.ts';
import { Wire } from '../proxy/wire.ts';
import type { WireCall } from '../proxy/wire-call.ts';
import { FaultLog } from './fault-log.ts';
import { causeOutage, type OutageInjection } from './outage.ts';

const times = { most_ms: 60, engine_away_ms: 60, poll_ms: 5 };
const delivery = { deliver: async () => 'done', hasFailed: () => false, hasArrived: () => true };

function injectionOn(wire: Wire, isOver: () => Promise<boolean>): OutageInjection {
  return {
    stack: { proxies: { wire } },
    log: new FaultLog(),
    choices: new Choices(1, 'test'),
    seconds: 0,
    isOurs: ({ order_id }) => order_id === 'ours',
    isOver,
  };
}

async function outcomes(wire: Wire, calls: readonly WireCall[]): Promise<readonly string[]> {
  return await Promise.all(calls.map(async (call) => (await wire.carry(call, delivery)).kind));
}

test('an outage whose orders are neither parked nor ended in time fails, and is over all the same', async () => {
  const wire = new Wire();
  const voided: WireCall = { link: 'payment', operation: 'Void', order_id: 'ours' };
  const outage = causeOutage(
    'payment',
    injectionOn(wire, async () => false),
    times,
  );
  expect(await outcomes(wire, [voided, { ...voided, order_id: 'other' }])).toEqual(['refused', 'replied']);
  await expect(outage).rejects.toThrow('Not all orders had ended or were parked');
  expect(await outcomes(wire, [voided])).toEqual(['replied']);
});

test("an engine that is away refuses every call about the cell's orders, and no other, until it is back", async () => {
  const wire = new Wire();
  const started: WireCall = { link: 'endpoint', operation: 'StartExecution', order_id: 'ours' };
  const outage = causeOutage(
    'engine',
    injectionOn(wire, async () => true),
    times,
  );
  await sleep(20);
  expect(await outcomes(wire, [started, { ...started, order_id: 'other' }])).toEqual(['refused', 'replied']);
  await outage;
  expect(await outcomes(wire, [started])).toEqual(['replied']);
});
