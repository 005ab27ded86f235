import { expect, test } from '@jest/globals';
import { explore, schedulesByFailedState } from './explore.ts';
import { ORDER_SAGA_TEXT } from './known-schedules.ts';
import { parseSimulatedSaga } from './simulated-definition.ts';

interface Catcher {
  readonly ErrorEquals: readonly string[];
}

const states: Readonly<Record<string, { readonly Catch?: readonly Catcher[] }>> = JSON.parse(ORDER_SAGA_TEXT).States;

/** Every catcher of the saga: a new one is tested without being named here. */
const catchers = Object.entries(states).flatMap(([state, { Catch = [] }]) =>
  Catch.map(({ ErrorEquals }, index) => ({ state, index, errors: ErrorEquals.join(', ') })),
);

function withoutCatcher(state: string, index: number) {
  const broken = JSON.parse(ORDER_SAGA_TEXT);
  broken.States[state].Catch.splice(index, 1);
  if (broken.States[state].Catch.length === 0) {
    delete broken.States[state].Catch;
  }
  return parseSimulatedSaga(JSON.stringify(broken));
}

/** Catches whose loss the simulation does not notice, with the reason. The list is exact: one that becomes noticed fails its test. */
const UNNOTICED: Readonly<Record<string, string>> = {
  'ReserveInventory, States.ALL':
    'the order is marked as one whose execution ended before its first write, and the redrive in the end carries it on',
  'RecordFreeOrder, DynamoDB.ConditionalCheckFailedException':
    'States.ALL releases the stock too, and IsOrderCancelled finds the cancellation; only several runs at once differ',
  'RecordReservation, DynamoDB.ConditionalCheckFailedException':
    'States.ALL releases the stock too, and IsOrderCancelled finds the cancellation; only several runs at once differ',
  'RecordAuthorization, DynamoDB.ConditionalCheckFailedException':
    'States.ALL voids the payment too, and IsOrderCancelled finds the cancellation; only several runs at once differ',
  'RecordPayment, DynamoDB.ConditionalCheckFailedException':
    'States.ALL parks the order, and the redrive in the end asks the record too; only several runs at once differ',
  'VoidPayment, PaymentKeptError':
    'only a lost execution whose compensation comes late meets it, and here none is lost',
  'AwaitPayment, OrderCancelledError': 'States.ALL leads to ResumeOrder, which finds the cancellation in the record',
};
const noticed = catchers.filter(({ state, errors }) => !(`${state}, ${errors}` in UNNOTICED));
const unnoticed = catchers.filter(({ state, errors }) => `${state}, ${errors}` in UNNOTICED);

const SEARCH = { seed: 7, maxOrders: 3, reconciles: false } as const;

/** A catch matters only in schedules in which its state fails. */
const failing = await schedulesByFailedState(parseSimulatedSaga(ORDER_SAGA_TEXT), { ...SEARCH, runs: 20 });

test('every catch that is said to be lost unnoticed is one of the saga', () => {
  expect(unnoticed).toHaveLength(Object.keys(UNNOTICED).length);
});

test.each(noticed)(
  'the simulation detects that $state lacks its catch of $errors',
  async ({ state, index }) => {
    const { found } = await explore(withoutCatcher(state, index), {
      ...SEARCH,
      known: failing.get(state) ?? [],
      runs: 500,
      shrink: false,
    });
    expect(found?.report).toMatch(/^broken with seed 7, found in run \d+/);
    expect(found?.report).toContain('failing schedule: {"orders":[');
    // The path of an order through the saga, up to the state that lacks its catcher.
    expect(found?.report).toMatch(new RegExp(`order-\\d: (?:.* > )?${state} > `));
  },
  120_000,
);

test.each(unnoticed)(
  'the simulation does not detect that $state lacks its catch of $errors',
  async ({ state, index }) => {
    const known = failing.get(state) ?? [];
    expect(known).not.toEqual([]);
    const { found } = await explore(withoutCatcher(state, index), {
      ...SEARCH,
      known,
      runs: known.length,
      shrink: false,
    });
    expect(found).toBeUndefined();
  },
  120_000,
);

test('the schedule that reveals a missing catch is shrunk and printed', async () => {
  const pivot = catchers.findLast(({ state }) => state === 'CapturePayment')?.index ?? -1;
  const broken = withoutCatcher('CapturePayment', pivot);
  const { found } = await explore(broken, { ...SEARCH, known: failing.get('CapturePayment') ?? [], runs: 500 });
  expect(found?.scenario.orders).toHaveLength(1);
  expect(found?.scenario.faults.filter(({ kind }) => kind !== 'none').length).toBeLessThan(3);
  expect(found?.report).toContain(
    'every accepted order ends: order order-0: it is still AUTHORIZED and its execution is FAILED',
  );
  expect(found?.report).toMatch(/order-0: IsResumed > ReserveInventory > .*CapturePayment > \(TypeError\)/);
}, 120_000);
