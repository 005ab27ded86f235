import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Choices } from '../choices.ts';
import type { SagaPoint } from '../faults/saga-points.ts';
import { type Delivery, Network } from './network.ts';
import type { NetworkCall } from './network-call.ts';
import type { NetworkFault } from './network-fault.ts';

const write: NetworkCall = { link: 'payment', operation: 'Capture', order_id: 'order' };
const read: NetworkCall = { link: 'payment', operation: 'GetPayment', order_id: 'order' };

/** Answers each delivery with the next word: `refused` never arrived, `failed` arrived and was denied. */
function deliveryOf(...words: string[]): Delivery<string> {
  return {
    deliver: async () => words.shift() ?? 'done',
    hasFailed: (word) => word !== 'done',
    hasArrived: (word) => word !== 'refused',
  };
}

async function hitsOf(faults: readonly NetworkFault[], call: NetworkCall, delivery: Delivery<string>) {
  const network = new Network();
  const hits: string[] = [];
  for (const fault of faults) {
    const onHit = (_call: NetworkCall, what: string) => hits.push(what);
    network.add({ target: 'payment', fault, choices: new Choices(1, 'test'), onHit });
  }
  await network.carry(call, delivery);
  await network.drain();
  return hits;
}

const lost: NetworkFault = { kind: 'lost reply', percent: 100 };
const twice: NetworkFault = { kind: 'duplicates', percent: 100, maxMs: 5 };
const refused: NetworkFault = { kind: 'errors', percent: 100 };

describe('a hit is counted only once the fault has happened', () => {
  test.each([
    ['of a write that was done', write, 'done', 1],
    ['of a write that was denied', write, 'failed', 0],
    ['of a write that never arrived', write, 'refused', 0],
    ['of a read, which is only asked again', read, 'done', 0],
  ])('for the lost reply %s', async (_what, call, word, count) => {
    expect(await hitsOf([lost], call, deliveryOf(word))).toHaveLength(count);
  });

  test.each([
    ['of a write, denied the second time', write, ['done', 'failed'], 1],
    ['of a write, when the second never arrived', write, ['done', 'refused'], 0],
    ['of a write, when only the second arrived', write, ['refused', 'done'], 0],
    ['of a read', read, ['done', 'done'], 0],
  ])('for the second delivery %s', async (_what, call, words, count) => {
    expect(await hitsOf([twice], call, deliveryOf(...words))).toHaveLength(count);
  });

  test('and never for a delay that nobody notices', async () => {
    expect(await hitsOf([{ kind: 'latency', percent: 100, maxMs: 100 }], write, deliveryOf())).toEqual([]);
  });

  test('for a delay only if the call arrives in the end', async () => {
    const slow: NetworkFault = { kind: 'latency', percent: 100, maxMs: 1_000 };
    expect(await hitsOf([slow], write, deliveryOf('done'))).toEqual([expect.stringMatching(/^delivered \d+ ms late$/)]);
    expect(await hitsOf([slow], write, deliveryOf('refused'))).toEqual([]);
  });

  test('for a refusal alone, whatever else was drawn for the call', async () => {
    const slow: NetworkFault = { kind: 'latency', percent: 100, maxMs: 1_000 };
    const hits = await hitsOf([slow, lost, twice, refused], write, deliveryOf());
    expect(hits).toEqual([expect.stringMatching(/^not delivered/)]);
  });
});

test('the action at a point that does not hold its call runs once the caller has the reply', async () => {
  const network = new Network();
  const point: SagaPoint = { phase: 'failed', matches: () => true, holdsCall: false, states: [], customers: [] };
  const acted: string[] = [];
  network.arm(
    point,
    () => true,
    async ({ operation }) => {
      acted.push(operation);
    },
  );
  const carried = await network.carry(write, deliveryOf('failed'));
  expect(acted).toEqual([]);
  if (carried.kind === 'replied') {
    carried.onForwarded();
  }
  expect(acted).toEqual(['Capture']);
});

test('an answer to a task token is attributed to the order that got the token', async () => {
  const network = new Network();
  const hits: (string | undefined)[] = [];
  const onHit = ({ order_id }: NetworkCall) => hits.push(order_id);
  network.add({ target: 'engine', fault: refused, choices: new Choices(1, 'test'), onHit });
  const answer: NetworkCall = { link: 'endpoint', operation: 'SendTaskSuccess', task_token: 'token' };
  await network.carry(answer, deliveryOf());
  await network.carry(
    { link: 'lambda', operation: 'awaitPayment', order_id: 'order', task_token: 'token' },
    deliveryOf(),
  );
  await network.carry(answer, deliveryOf());
  expect(hits).toEqual([undefined, 'order']);
});

test('draining the network fails on a call that never comes back', async () => {
  const network = new Network();
  const never = { ...deliveryOf(), deliver: () => sleep(60_000, 'done', { ref: false }) };
  void network.carry(write, never);
  await expect(network.drain(20)).rejects.toThrow('still in flight');
});
