import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { virtualExecution } from '../tests/support/virtual-execution.ts';
import { parseYaml } from '../tests/support/yaml.ts';
import { readOrderSaga, readRefundSaga } from './read-order-saga.ts';

// Who starts a machine by hand, with `aws stepfunctions start-execution` for example, must not wait minutes for the refusal.

const DELIVERY = JSON.stringify(
  parseYaml(readFileSync(new URL('./webhook-delivery.asl.yaml', import.meta.url), 'utf8')),
);
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const MACHINES = [
  {
    machine: 'order saga',
    text: readOrderSaga().text,
    input: {
      order_id: 'order-1',
      lines: [{ item_id: 'pen', count: 1 }],
      payment: { method: null },
      payment_window_seconds: 900,
      traceparent: TRACEPARENT,
    },
  },
  {
    machine: 'refund saga',
    text: readRefundSaga().text,
    input: {
      order_id: 'order-1',
      refund_id: 'refund-1',
      amount_minor: 100,
      currency: 'USD',
      lines: [],
      restock: false,
      reason: 'came late',
      traceparent: TRACEPARENT,
    },
  },
  { machine: 'webhook delivery', text: DELIVERY, input: { webhook_id: 'webhook-1', order_id: 'order-1', run: 1 } },
] as const;

/** A function that none of the machines may call here. */
function recorder() {
  const called: string[] = [];
  const tasks = new Proxy<Record<string, (payload: unknown) => Promise<unknown>>>(
    {},
    {
      get: (_none, name) => async () => {
        called.push(String(name));
        throw new Error('the test ends here');
      },
    },
  );
  return { called, tasks };
}

describe.each(MACHINES)('an execution of the $machine', ({ text, input }) => {
  const withoutOne = Object.keys(input).map((left) => ({
    wrong: `lacks ${left}`,
    given: Object.fromEntries(Object.entries(input).filter(([name]) => name !== left)) as object,
  }));
  const ofWrongType = Object.keys(input).map((name) => ({
    wrong: `has null as ${name}`,
    given: { ...input, [name]: null } as object,
  }));
  test.each([
    ...withoutOne,
    ...ofWrongType,
    { wrong: 'is that of another machine', given: { hello: 1 } },
    { wrong: 'is an array', given: [input] },
    { wrong: 'is empty', given: {} },
  ])('fails at once, and calls nothing, where the input $wrong', async ({ given }) => {
    const { called, tasks } = recorder();
    const execution = virtualExecution(text, given, tasks);
    expect(await execution.run()).toMatchObject({
      status: 'FAILED',
      error: 'InvalidInputError',
      cause: expect.stringMatching(/^The input needs .*order_id.* starts the /),
    });
    expect(called).toEqual([]);
    expect(execution.path.at(-1)).toBe('RefuseInput');
    expect(execution.elapsedMs()).toBe(0);
  });

  test('calls its first task where the input is right', async () => {
    const { called, tasks } = recorder();
    await virtualExecution(text, input, tasks).run();
    expect(called.length).toBeGreaterThan(0);
  });
});
