import { describe, expect, test } from '@jest/globals';
import { DYNAMODB_ERRORS, type Fault, LAMBDA_ERRORS, NO_FAULT } from './fault.ts';
import { FAULTLESS, ORDER_SAGA_TEXT } from './known-schedules.ts';
import { FREE_ITEM, type OrderPlan, type Scenario } from './scenario.ts';
import { simulateSaga } from './simulate-saga.ts';
import { parseSimulatedSaga } from './simulated-definition.ts';

const saga = parseSimulatedSaga(ORDER_SAGA_TEXT);
const lines = [{ item_id: 'mug', count: 1 }];
function ordered(...orders: readonly OrderPlan[]): Scenario {
  return { ...FAULTLESS, orders };
}

describe('the saga without faults', () => {
  test.each<[string, OrderPlan, string]>([
    ['a paid order is confirmed', { lines, method: 'tok_visa' }, 'CONFIRMED'],
    ['a declined order is rejected', { lines, method: 'tok_declined' }, 'REJECTED'],
    [
      'an order of something unknown is rejected',
      { lines: [{ item_id: 'unicorn', count: 1 }], method: null },
      'REJECTED',
    ],
    ['an order of more than there is is rejected', { lines: [{ item_id: 'mug', count: 6 }], method: null }, 'REJECTED'],
    ['an order that nobody pays expires', { lines, method: null }, 'EXPIRED'],
  ])('%s', async (_, order, status) => {
    expect(await simulateSaga(saga, ordered(order))).toMatchObject({ violations: [], statuses: [status], redriven: 0 });
  });

  test('an order that is paid later is confirmed, one that is cancelled is cancelled', async () => {
    const two: Scenario = {
      ...ordered({ lines, method: null }, { lines, method: null }),
      actions: [
        { kind: 'pay', order: 0, atSeconds: 20 },
        { kind: 'cancel', order: 1, atSeconds: 20 },
      ],
    };
    expect(await simulateSaga(saga, two)).toMatchObject({ violations: [], statuses: ['CONFIRMED', 'CANCELLED'] });
  });
});

// From ReserveInventory to ConfirmOrder.
const CALLS = 8;
function beforeCall(call: number, fault: Fault): Scenario {
  return {
    ...FAULTLESS,
    faults: [...Array<Fault>(call).fill(NO_FAULT), fault],
  };
}

test('an outage that outlasts all retries behind the pivot parks the order, and a redrive confirms it', async () => {
  const result = await simulateSaga(saga, beforeCall(6, { kind: 'outage', seconds: 3600, error: 0 }));
  expect(result).toMatchObject({ violations: [], statuses: ['CONFIRMED'], redriven: 1 });
  const parked = ['ParkOrder', 'AwaitRedrive', '(NeedsAttentionError)'];
  const resumed = ['ResumeOrder', 'ResumeAtStep', 'CommitInventory', 'ConfirmOrder', 'OrderConfirmed'];
  expect(result.paths[0]?.path.slice(-8)).toEqual([...parked, ...resumed]);
});

const mostErrors = Math.max(LAMBDA_ERRORS.unanswered.length, DYNAMODB_ERRORS.unanswered.length);
const TRANSIENT_FAULTS = ['request lost', 'reply lost', 'callee crash', 'no answer', 'caller crash'] as const;

test.each(TRANSIENT_FAULTS)('no order is lost to a single fault of kind "%s", under any error name', async (kind) => {
  for (let call = 0; call < CALLS; call += 1) {
    for (let error = 0; error < mostErrors; error += 1) {
      const result = await simulateSaga(saga, beforeCall(call, { kind, seconds: 1, error }));
      const where = { call, error: LAMBDA_ERRORS.unanswered[error], paths: result.paths };
      expect({ ...result, ...where }).toMatchObject({ violations: [], statuses: ['CONFIRMED'], redriven: 0 });
    }
  }
});

test('an order is rejected when the Retry list lacks the name of a transient error', async () => {
  const name = 'Lambda.TooManyRequestsException';
  const incomplete = parseSimulatedSaga(ORDER_SAGA_TEXT.replaceAll(`"${name}",`, ''));
  const error = LAMBDA_ERRORS.unreached.indexOf(name);
  const result = beforeCall(0, { kind: 'request lost', seconds: 1, error });
  expect(await simulateSaga(incomplete, result)).toMatchObject({ statuses: ['REJECTED'] });
});

test.each(['lost', 'stopped', 'restored'] as const)(
  'an order whose execution is %s at any of its calls is carried on to its end by the reconciliation',
  async (kind) => {
    for (let call = 0; call < CALLS; call += 1) {
      const { paths, ...result } = await simulateSaga(saga, {
        ...beforeCall(call, { kind: 'late', seconds: 100, error: 0 }),
        losses: [{ kind, order: 0, atSeconds: 30, backupSeconds: 29 }],
      });
      expect({ ...result, call, paths }).toMatchObject({ violations: [], statuses: ['CONFIRMED'], redriven: 0 });
    }
  },
);

test('an order whose every run is lost is parked with its card free, and an operator can redrive it', async () => {
  const hanging = Array<Fault>(40).fill({ kind: 'late', seconds: 9_000, error: 0 });
  const losses = Array.from({ length: 100 }, (_, index) => {
    return { kind: 'lost', order: 0, atSeconds: 30 * (index + 1), backupSeconds: 0 } as const;
  });
  const result = await simulateSaga(saga, {
    ...FAULTLESS,
    faults: [...Array<Fault>(4).fill(NO_FAULT), ...hanging],
    losses,
  });
  expect(result).toMatchObject({ violations: [], redriven: 1 });
});

test('an order that is given up behind the pivot gives back money and stock', async () => {
  const result = await simulateSaga(saga, {
    ...beforeCall(7, { kind: 'outage', seconds: 2_400, error: 0 }),
    operators: [{ kind: 'abandon', afterSeconds: 2_400 }],
  });
  expect(result).toMatchObject({ violations: [], statuses: ['REJECTED'], redriven: 0 });
});

const PARKED_STEPS = [...ORDER_SAGA_TEXT.matchAll(/"parked_step": ?"([A-Za-z]+)"/g)].map(([, step = '']) => step);
const OUTAGE_SECONDS = 2_400;
const PLANS: readonly Pick<Scenario, 'orders' | 'actions'>[] = [
  { orders: [{ lines, method: 'tok_visa' }], actions: [] },
  { orders: [{ lines, method: 'tok_declined' }], actions: [] },
  { orders: [{ lines: [{ item_id: FREE_ITEM, count: 1 }], method: null }], actions: [] },
  { orders: [{ lines, method: null }], actions: [{ kind: 'cancel', order: 0, atSeconds: 20 }] },
];

/** The step at which the order of a path was parked; undefined where it never was. */
function parkedStep(path: readonly string[]): string | undefined {
  const waits = path.indexOf('AwaitRedrive');
  return path.slice(0, Math.max(0, waits)).findLast((state) => state !== 'ParkOrder' && !state.startsWith('('));
}

test('an order that is given up ends without money and stock, at every step at which it can be parked', async () => {
  const seen = new Set<string>();
  for (const plan of PLANS) {
    for (let call = 0; call < CALLS; call += 1) {
      const { paths, ...result } = await simulateSaga(saga, {
        ...beforeCall(call, { kind: 'outage', seconds: OUTAGE_SECONDS, error: 0 }),
        ...plan,
        operators: [{ kind: 'abandon', afterSeconds: OUTAGE_SECONDS }],
      });
      const step = paths.map(({ path }) => parkedStep(path)).find((each) => each !== undefined);
      if (step !== undefined) {
        seen.add(step);
        expect({ ...result, step, paths }).toMatchObject({
          violations: [],
          statuses: [expect.stringMatching(/^(REJECTED|CANCELLED)$/)],
          redriven: 0,
        });
      }
    }
  }
  expect([...seen].toSorted()).toEqual(PARKED_STEPS.toSorted());
});
