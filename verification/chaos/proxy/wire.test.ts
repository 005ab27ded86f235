import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Choices } from '../choices.ts';
import type { WirePoint } from '../faults/points.ts';
import { type Delivery, Wire } from './wire.ts';
import type { WireCall } from './wire-call.ts';
import type { WireFault } from './wire-fault.ts';

const write: WireCall = { link: 'payment', operation: 'Capture', order_id: 'order' };
const read: WireCall = { link: 'payment', operation: 'GetPayment', order_id: 'order' };

/** Answers each delivery with the next word; `refused` never arrived, `failed` arrived and was denied. */
function deliveryOf(...words: string[]): Delivery<string> {
  return {
    deliver: async () => words.shift() ?? 'done',
    hasFailed: (word) => word !== 'done',
    hasArrived: (word) => word !== 'refused',
  };
}

async function hitsOf(faults: readonly WireFault[], call: WireCall, delivery: Delivery<string>) {
  const wire = new Wire();
  const hits: string[] = [];
  for (const fault of faults) {
    const onHit = (_call: WireCall, what: string) => hits.push(what);
    wire.add({ target: 'payment', fault, choices: new Choices(1, 'test'), onHit });
  }
  await wire.carry(call, delivery);
  await wire.quiet();
  return hits;
}

const lost: WireFault = { kind: 'lost reply', percent: 100 };
const twice: WireFault = { kind: 'duplicates', percent: 100, most_ms: 5 };
const refused: WireFault = { kind: 'errors', percent: 100 };

describe('a fault counts only once it has befallen a call', () => {
  test.each([
    ['of a write that was done', write, 'done', 1],
    ['of a write that was denied', write, 'failed', 0],
    ['of a write that never arrived', write, 'refused', 0],
    ['of a read, which is only asked again', read, 'done', 0],
  ])('the lost reply %s', async (_what, call, word, count) => {
    expect(await hitsOf([lost], call, deliveryOf(word))).toHaveLength(count);
  });

  test.each([
    ['of a write, denied the second time', write, ['done', 'failed'], 1],
    ['of a write, when the second never arrived', write, ['done', 'refused'], 0],
    ['of a write, when only the second arrived', write, ['refused', 'done'], 0],
    ['of a read', read, ['done', 'done'], 0],
  ])('the second delivery %s', async (_what, call, words, count) => {
    expect(await hitsOf([twice], call, deliveryOf(...words))).toHaveLength(count);
  });

  test('a delay that nobody notices', async () => {
    expect(await hitsOf([{ kind: 'latency', percent: 100, most_ms: 100 }], write, deliveryOf())).toEqual([]);
  });

  test('a delay of a call that does not arrive in the end', async () => {
    const slow: WireFault = { kind: 'latency', percent: 100, most_ms: 1_000 };
    expect(await hitsOf([slow], write, deliveryOf('done'))).toEqual([expect.stringMatching(/^delivered \d+ ms late$/)]);
    expect(await hitsOf([slow], write, deliveryOf('refused'))).toEqual([]);
  });

  test('a refusal hides what else was drawn for the call', async () => {
    const slow: WireFault = { kind: 'latency', percent: 100, most_ms: 1_000 };
    const hits = await hitsOf([slow, lost, twice, refused], write, deliveryOf());
    expect(hits).toEqual([expect.stringMatching(/^not delivered/)]);
  });
});

test('what must not stop the call is done only once the caller has been given the reply', async () => {
  const wire = new Wire();
  const point: WirePoint = { phase: 'failed', isAt: () => true, holds: false, states: [], customers: [] };
  const acted: string[] = [];
  wire.arm(
    point,
    () => true,
    async ({ operation }) => {
      acted.push(operation);
    },
  );
  const carried = await wire.carry(write, deliveryOf('failed'));
  expect(acted).toEqual([]);
  if (carried.kind === 'replied') {
    carried.onForwarded();
  }
  expect(acted).toEqual(['Capture']);
});

test('an answer to a task token is known to be about the order that the token was given out for', async () => {
  const wire = new Wire();
  const hits: (string | undefined)[] = [];
  const onHit = ({ order_id }: WireCall) => hits.push(order_id);
  wire.add({ target: 'engine', fault: refused, choices: new Choices(1, 'test'), onHit });
  const answer: WireCall = { link: 'endpoint', operation: 'SendTaskSuccess', task_token: 'token' };
  await wire.carry(answer, deliveryOf());
  await wire.carry({ link: 'lambda', operation: 'awaitPayment', order_id: 'order', task_token: 'token' }, deliveryOf());
  await wire.carry(answer, deliveryOf());
  expect(hits).toEqual([undefined, 'order']);
});

test('a call that never comes back is not waited for without end', async () => {
  const wire = new Wire();
  const never = { ...deliveryOf(), deliver: () => sleep(60_000, 'done', { ref: false }) };
  void wire.carry(write, never);
  await expect(wire.quiet(20)).rejects.toThrow('still on its way');
});
