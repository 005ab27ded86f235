import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { StateMachineDefinition } from '../../embedded/stepfunctions/language/definition.ts';
import { type Exploration, explore } from './explore.ts';
import { NO_FAULT } from './fault.ts';
import type { Scenario } from './scenario.ts';
import { simulateSaga } from './simulate-saga.ts';
import { simulatedSaga } from './simulated-saga.ts';
import type { Weakness } from './weakness.ts';

const text = readFileSync(new URL('../order-saga.asl.json', import.meta.url), 'utf8');
const saga = simulatedSaga(text);

/** The saga with one catcher taken away. */
function withoutCatcher(state: string, error: string): StateMachineDefinition {
  const broken = JSON.parse(text);
  const { Catch } = broken.States[state];
  broken.States[state].Catch = Catch.filter(
    ({ ErrorEquals }: { ErrorEquals: string[] }) => !ErrorEquals.includes(error),
  );
  expect(broken.States[state].Catch).toHaveLength(Catch.length - 1);
  return simulatedSaga(JSON.stringify(broken));
}

const quiet: Scenario = { orders: [{ count: 1, method: 'tok_visa' }], actions: [], faults: [], seed: 1, sweeps: true };
const summary = ({ found }: Exploration) => found?.report;

describe('without faults', () => {
  test('a paid order is confirmed', async () => {
    expect(await simulateSaga(saga, quiet)).toMatchObject({ violations: [], statuses: ['CONFIRMED'], redriven: 0 });
  });

  test('a declined order is rejected', async () => {
    const declined: Scenario = { ...quiet, orders: [{ count: 1, method: 'tok_declined' }] };
    expect(await simulateSaga(saga, declined)).toMatchObject({ violations: [], statuses: ['REJECTED'] });
  });

  test('an order that nobody pays expires', async () => {
    expect(await simulateSaga(saga, { ...quiet, orders: [{ count: 1, method: null }] })).toMatchObject({
      violations: [],
      statuses: ['EXPIRED'],
    });
  });

  test('an order that is paid later is confirmed, one that is cancelled is cancelled', async () => {
    const two: Scenario = {
      ...quiet,
      orders: [
        { count: 1, method: null },
        { count: 1, method: null },
      ],
      actions: [
        { kind: 'pay', order: 0, atSeconds: 20 },
        { kind: 'cancel', order: 1, atSeconds: 20 },
      ],
    };
    expect(await simulateSaga(saga, two)).toMatchObject({ violations: [], statuses: ['CONFIRMED', 'CANCELLED'] });
  });
});

test('an outage that outlasts all retries behind the pivot parks the order, and a redrive confirms it', async () => {
  // Calls: ReserveInventory, RecordReservation, AuthorizePayment, RecordAuthorization, CapturePayment, RecordPayment, CommitInventory
  const faults = [...Array(6).fill(NO_FAULT), { kind: 'outage' as const, seconds: 3600 }];
  const result = await simulateSaga(saga, { ...quiet, faults });
  expect(result).toMatchObject({ violations: [], statuses: ['CONFIRMED'], redriven: 1 });
  expect(result.paths[0]?.slice(-7)).toEqual([
    'ParkOrder',
    'AwaitRedrive',
    '(TaskFailed)',
    'ResumeAfterRedrive',
    'CommitInventory',
    'ConfirmOrder',
    'OrderConfirmed',
  ]);
});

test('sagas in which every call may fail keep all invariants', async () => {
  const exploration = await explore(saga, { runs: 800 });
  expect(summary(exploration)).toBeUndefined();
  // Refuses to pass when the schedules stopped reaching the interesting ends.
  for (const status of ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED']) {
    expect(exploration.statuses.get(status)).toBeGreaterThan(0);
  }
  expect(exploration.redriven).toBeGreaterThan(0);
}, 300_000);

describe('a saga that was broken on purpose is found out', () => {
  const weakened: readonly Weakness[] = [
    'no release tombstone',
    'no void tombstone',
    'no reserve idempotency',
    'no capture idempotency',
  ];
  test.each(weakened)(
    '%s',
    async (weakness) => {
      const { found } = await explore(saga, { runs: 3000, seed: 7, weaknesses: [weakness], makeSmaller: false });
      expect(found?.report).toContain('failing schedule');
    },
    120_000,
  );

  // The other catches only say more precisely what States.ALL undoes as well.
  test.each([
    'ReserveInventory',
    'RecordReservation',
    'AuthorizePayment',
    'AwaitPayment',
    'RecordAuthorization',
    'ExtendReservation',
    'CapturePayment',
    'RecordPayment',
    'CommitInventory',
    'ConfirmOrder',
    'VoidPayment',
    'ReleaseInventory',
    'CloseOrder',
  ])(
    '%s without its catch of States.ALL',
    async (state) => {
      const broken = withoutCatcher(state, 'States.ALL');
      const { found } = await explore(broken, { runs: 3000, seed: 7, makeSmaller: false });
      expect(found?.report).toContain('failing schedule');
    },
    120_000,
  );

  test('and the schedule that shows it is made small', async () => {
    const { found } = await explore(withoutCatcher('CapturePayment', 'States.ALL'), { runs: 3000, seed: 7 });
    expect(found?.scenario.orders).toHaveLength(1);
    expect(found?.scenario.faults.filter(({ kind }) => kind !== 'none').length).toBeLessThan(3);
    expect(found?.report).toMatch(/order-0: ReserveInventory > .*CapturePayment/);
  }, 120_000);
});
