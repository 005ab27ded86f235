import { expect, test } from '@jest/globals';
import type { CellFacts } from './cell-facts.ts';
import type { CellReport, ChaosReport } from './chaos-report.ts';
import { markdownOf } from './markdown.ts';
import { soundReport } from './sound-report.ts';
import { failuresOf } from './verdict.ts';

const sound = soundReport();

test('a run in which faults hit and nothing broke passes, and what it left out is shown', () => {
  expect(failuresOf(sound)).toEqual([]);
  const markdown = markdownOf(sound, []);
  expect(markdown).toContain('Result: passed.');
  expect(markdown).toContain('6 / 3 / 0 / 1.5 s');
  expect(markdown).toContain('left out');
  expect(markdown).toContain('SIGSTOP x engine is impossible: Windows has no SIGSTOP');
});

test.each<[string, Partial<ChaosReport>, string]>([
  ['in which no cell ran', { cells: sound.cells.filter(({ state }) => state.kind !== 'ran') }, 'No cell was run'],
  ['without a request', { requests: 0 }, 'No request was sent'],
  ['whose fault hit nothing', { cells: [cellWith({ hits: 0 })] }, 'kill -9 x payment: no fault hit an order'],
  ['that took no order', { cells: [cellWith({ orders: 0 })] }, 'kill -9 x payment: no order was taken'],
  [
    'without an answer',
    { invariants: { ...sound.invariants, checked: { ...sound.invariants.checked, answers: 0 } } },
    'No answer',
  ],
  [
    'with a broken invariant',
    { invariants: { ...sound.invariants, verdict: 'broken' } },
    'Invariants at the end: broken',
  ],
  [
    'that a redrive healed',
    { before_redrive: { ...sound.before_redrive, verdict: 'broken' } },
    'before the redrive: broken',
  ],
  [
    'with an order that neither ended nor was parked',
    { before_redrive: { ...sound.before_redrive, drained: false } },
    'in time, before the redrive',
  ],
  [
    'with an end that cannot be',
    { unexpected_ends: ['declined, but CONFIRMED'] },
    '1 orders came to an end they cannot have',
  ],
  ['with a process that crashed by itself', { unprovoked_deaths: ['engine'] }, 'Not killed by chaos: engine'],
  ['of which a cell broke off', { broken_off: ['kill -9 x payment: Error'] }, 'Broken off: kill -9 x payment'],
  [
    'whose outage parked nothing',
    { cells: [cellWith({ parked: 0 }, 'outage')] },
    'outage x payment: no order was parked',
  ],
  [
    'whose engine was away and parked something',
    { cells: [cellWith({ parked: 1 }, 'outage', 'engine')] },
    'outage x engine: 1 orders were parked',
  ],
  [
    'whose check looked at nothing',
    { invariants: { ...sound.invariants, verdict: 'nothing was checked' } },
    'nothing was checked',
  ],
  ['with an order that did not end', { invariants: { ...sound.invariants, drained: false } }, 'in time, at the end'],
  ['with an answer nobody should get', { improper_answers: ['500'] }, '1 improper answers'],
  [
    'with an order the operator could not help',
    { still_parked: ['order-1'] },
    'Still parked after the redrive: order-1',
  ],
])('a run %s fails', (_what, change, failure) => {
  const report = { ...sound, ...change };
  const failures = failuresOf(report);
  expect(failures).toEqual([expect.stringContaining(failure)]);
  expect(markdownOf(report, failures)).toContain('Result: FAILED (seed 7)');
});

test('the whole matrix must have brought orders to every end, a part of it need not', () => {
  const every = { CONFIRMED: 3, REJECTED: 1, CANCELLED: 1, EXPIRED: 1 };
  const whole = (by_status: object) => ({ ...sound, cells: [cellWith({ by_status })] });
  expect(failuresOf(whole(every))).toEqual([]);
  expect(failuresOf(whole({ ...every, EXPIRED: 0 }))).toEqual(['No order ended as EXPIRED.']);
  expect(failuresOf({ ...sound, cells: [...whole({}).cells, ...sound.cells] })).toEqual([]);
});

test('a cell that missed is never shown as one that held', () => {
  expect(markdownOf({ ...sound, cells: [cellWith({ hits: 0 })] }, ['missed'])).toContain('MISSED 6 / 0');
});

/** Alone in its matrix, it is the whole of it; so it has orders at every end unless told otherwise. */
function cellWith(change: Partial<CellFacts>, row = 'kill -9', column = 'payment'): CellReport {
  const by_status = { CONFIRMED: 3, REJECTED: 1, CANCELLED: 1, EXPIRED: 1 };
  const facts = { orders: 6, by_status, parked: 0, hits: 3, touched: 2, longest_recovery_seconds: 0, ...change };
  return { row, column, state: { kind: 'ran', runs: 1, facts, broken: 0 } };
}
