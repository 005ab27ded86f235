import { expect, test } from '@jest/globals';
import { columnOf, targets } from './cell.ts';
import { shortPlan } from './short-plan.ts';

const plans = [0, 1, 2, 3, 4].map(shortPlan);

test('over five seeds in a row every target is disturbed three times', () => {
  const columns = plans.flatMap(({ cells }) => cells.map(columnOf));
  for (const target of targets) {
    expect(columns.filter((column) => column === target)).toHaveLength(3);
  }
});

test('over five seeds in a row every short kind of fault is had, at random and at a point', () => {
  const cells = plans.flatMap((plan) => plan.cells);
  const faults = new Set(cells.map((cell) => (cell.kind === 'single' ? cell.fault : cell.kind)));
  expect([...faults].sort()).toEqual(
    ['SIGSTOP', 'duplicates', 'errors', 'kill -9', 'latency', 'lost reply', 'mixed'].sort(),
  );
  expect(cells.filter((cell) => cell.kind === 'single' && cell.point !== undefined)).toHaveLength(3);
});
