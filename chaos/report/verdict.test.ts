import { expect, test } from '@jest/globals';
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
  expect(markdown).toContain('outage x engine is impossible: it counts no retries');
});

test.each<[string, Partial<ChaosReport>, string]>([
  ['in which no cell ran', { cells: sound.cells.filter(({ state }) => state.kind !== 'ran') }, 'No cell was run'],
  ['without a request', { requests: 0 }, 'No request was sent'],
  ['whose fault hit nothing', { cells: [cellWith({ hits: 0 })] }, 'kill -9 x payment: no fault hit an order'],
  ['that took no order', { cells: [cellWith({ orders: 0 })] }, 'kill -9 x payment: no order was taken'],
  ['with a broken invariant', { invariants: { ...sound.invariants, verdict: 'broken' } }, 'Invariants: broken'],
  [
    'whose check looked at nothing',
    { invariants: { ...sound.invariants, verdict: 'nothing was checked' } },
    'nothing was checked',
  ],
  ['with an order that did not end', { drained: false }, 'Not every order ended in time'],
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

test('a cell that missed is never shown as one that held', () => {
  expect(markdownOf({ ...sound, cells: [cellWith({ hits: 0 })] }, ['missed'])).toContain('MISSED 6 / 0');
});

function cellWith(change: { readonly hits?: number; readonly orders?: number }): CellReport {
  const facts = { orders: 6, by_status: {}, parked: 0, hits: 3, touched: 2, longest_recovery_seconds: 0, ...change };
  return { row: 'kill -9', column: 'payment', state: { kind: 'ran', runs: 1, facts, broken: 0 } };
}
