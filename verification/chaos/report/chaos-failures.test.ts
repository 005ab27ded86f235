import { expect, test } from '@jest/globals';
import { checkInvariants } from '../../invariants/invariants.ts';
import { soundSnapshot } from '../../invariants/testing/sound-snapshot.ts';
import type { CellFacts } from './cell-facts.ts';
import { chaosFailuresOf } from './chaos-failures.ts';
import { chaosMarkdownOf } from './chaos-markdown.ts';
import type { CellReport, ChaosReport } from './chaos-report.ts';

const passing = passingReport();

test('a run whose faults hit without breaking anything passes, and the report shows the cells it left out', () => {
  expect(chaosFailuresOf(passing)).toEqual([]);
  const markdown = chaosMarkdownOf(passing, []);
  expect(markdown).toContain('Result: passed.');
  expect(markdown).toContain('6 / 3 / 0 / 1.5 s');
  expect(markdown).toContain('left out');
  expect(markdown).toContain('SIGSTOP x engine is impossible: Windows has no SIGSTOP');
});

test.each<[string, Partial<ChaosReport>, string]>([
  ['without a cell', { cells: passing.cells.filter(({ state }) => state.kind !== 'ran') }, 'No cell was run'],
  ['without a request', { requests: 0 }, 'No request was sent'],
  ['whose fault hit nothing', { cells: [cellWith({ hits: 0 })] }, 'kill -9 x payment: no fault hit an order'],
  ['without an accepted order', { cells: [cellWith({ orders: 0 })] }, 'kill -9 x payment: no order was accepted'],
  [
    'without an answer',
    { invariants: { ...passing.invariants, checked: { ...passing.invariants.checked, answers: 0 } } },
    'No answer',
  ],
  [
    'with a broken invariant',
    { invariants: { ...passing.invariants, verdict: 'broken' } },
    'Invariants at the end: broken',
  ],
  [
    'with an invariant that only a redrive restored',
    { before_redrive: { ...passing.before_redrive, verdict: 'broken' } },
    'before the redrive: broken',
  ],
  [
    'with an order that neither ended nor was parked',
    { before_redrive: { ...passing.before_redrive, drained: false } },
    'in time, before the redrive',
  ],
  [
    'with an end that the customer cannot have caused',
    { unexpected_ends: ['declined, but CONFIRMED'] },
    '1 orders have an end that their customer cannot have caused',
  ],
  ['with a process that ended without a fault', { unprovoked_deaths: ['engine'] }, 'Ended without a fault: engine'],
  ['with a cell that broke off', { broken_off: ['kill -9 x payment: Error'] }, 'Broken off: kill -9 x payment'],
  [
    'whose outage parked nothing',
    { cells: [cellWith({ parked: 0 }, 'outage')] },
    'outage x payment: no order was parked',
  ],
  [
    'whose engine outage parked an order',
    { cells: [cellWith({ parked: 1 }, 'outage', 'engine')] },
    'outage x engine: 1 orders were parked',
  ],
  [
    'whose check found nothing to check',
    { invariants: { ...passing.invariants, verdict: 'nothing was checked' } },
    'nothing was checked',
  ],
  ['with an order that did not end', { invariants: { ...passing.invariants, drained: false } }, 'in time, at the end'],
  ['with an improper answer', { improper_answers: ['500'] }, '1 improper answers'],
  [
    'with an order that is parked after the redrive',
    { still_parked: ['order-1'] },
    'Still parked after the redrive: order-1',
  ],
])('a chaos run %s fails', (_what, change, failure) => {
  const report = { ...passing, ...change };
  const failures = chaosFailuresOf(report);
  expect(failures).toEqual([expect.stringContaining(failure)]);
  expect(chaosMarkdownOf(report, failures)).toContain('Result: FAILED (seed 7)');
});

test('the whole matrix must bring orders to every end, a part of it need not', () => {
  const every = { CONFIRMED: 3, REJECTED: 1, CANCELLED: 1, EXPIRED: 1 };
  const whole = (by_status: object) => ({ ...passing, cells: [cellWith({ by_status })] });
  expect(chaosFailuresOf(whole(every))).toEqual([]);
  expect(chaosFailuresOf(whole({ ...every, EXPIRED: 0 }))).toEqual(['No order ended as EXPIRED.']);
  expect(chaosFailuresOf({ ...passing, cells: [...whole({}).cells, ...passing.cells] })).toEqual([]);
});

test('a cell whose faults all missed is shown as MISSED', () => {
  expect(chaosMarkdownOf({ ...passing, cells: [cellWith({ hits: 0 })] }, ['missed'])).toContain('MISSED 6 / 0');
});

/** A cell that can be the whole matrix: unless changed, it has orders at every end. */
function cellWith(change: Partial<CellFacts>, row = 'kill -9', column = 'payment'): CellReport {
  const by_status = { CONFIRMED: 3, REJECTED: 1, CANCELLED: 1, EXPIRED: 1 };
  const facts = { orders: 6, by_status, parked: 0, hits: 3, touched: 2, longest_recovery_seconds: 0, ...change };
  return { row, column, state: { kind: 'ran', runs: 1, facts, broken: 0 } };
}

/** A hand-made report of a run that passes, for the tests to break. */
function passingReport(): ChaosReport {
  const { verdict, checked } = checkInvariants(soundSnapshot());
  const check = { drained: true, verdict, checked, violations: [] };
  const facts = {
    orders: 6,
    by_status: { CONFIRMED: 6 },
    parked: 0,
    hits: 3,
    touched: 2,
    longest_recovery_seconds: 1.5,
  };
  return {
    seed: 7,
    command: 'npm run chaos -- --seed 7',
    machine: { processor: 'test', cores: 2, memory_gb: 4, system: 'test', node: 'v24' },
    started_at: '2026-01-01T00:00:00.000Z',
    seconds: 10,
    cells: [
      { row: 'kill -9', column: 'payment', state: { kind: 'ran', runs: 1, facts, broken: 0 } },
      { row: 'SIGSTOP', column: 'engine', state: { kind: 'impossible', why: 'Windows has no SIGSTOP' } },
      { row: 'errors', column: 'payment', state: { kind: 'left out' } },
    ],
    requests: 30,
    unanswered: 2,
    improper_answers: [],
    unexpected_ends: [],
    unprovoked_deaths: [],
    broken_off: [],
    before_redrive: check,
    redriven: 0,
    still_parked: [],
    invariants: check,
    stories: [],
  };
}
