import { expect, test } from '@jest/globals';
import { shortPlan } from './chaos-plan.ts';
import { columnOf, TARGETS } from './matrix.ts';

const plans = [0, 1, 2, 3, 4].map(shortPlan);

test('five short runs in a row disturb every target three times', () => {
  const columns = plans.flatMap(({ cells }) => cells.map(columnOf));
  for (const target of TARGETS) {
    expect(columns.filter((column) => column === target)).toHaveLength(3);
  }
});

test('five short runs in a row inject every short kind of fault, at random and at a point of a saga', () => {
  const cells = plans.flatMap((plan) => plan.cells);
  const faults = new Set(cells.map((cell) => (cell.kind === 'single' ? cell.fault : cell.kind)));
  expect([...faults].sort()).toEqual(
    ['SIGSTOP', 'duplicates', 'errors', 'kill -9', 'latency', 'lost reply', 'mixed'].sort(),
  );
  expect(cells.filter((cell) => cell.kind === 'single' && cell.point !== undefined)).toHaveLength(3);
});
