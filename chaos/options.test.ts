import { expect, test } from '@jest/globals';
import { allCells, nameOf } from './cell.ts';
import { readChaosOptions } from './options.ts';

const read = (...args: string[]) => readChaosOptions(args, () => 42);

test('without options every cell is run once, with a drawn seed', () => {
  expect(read()).toMatchObject({ name: 'chaos', plan: { seed: 42, minutes: 0, cells: allCells } });
});

test.each<[string[], readonly string[]]>([
  [['--only', 'kill -9 x payment'], ['kill -9 x payment']],
  [['--only', 'mixed x all'], ['mixed x all']],
  [
    ['--faults', 'latency,errors', '--targets', 'api'],
    ['latency x api', 'errors x api'],
  ],
  [
    ['--faults', 'kill -9 in', '--targets', 'engine'],
    ["kill -9 in a retry's wait x engine", 'kill -9 in a compensation x engine'],
  ],
])('%j chooses cells', (args, names) => {
  const options = read(...args);
  expect(options === 'help' ? options : options.plan.cells.map(nameOf)).toEqual(names);
});

test.each([
  [['--seed', 'x'], '--seed is "x"; it must be a whole number, 0 or more.'],
  [['--orders', '0'], '--orders is "0"; it must be a whole number, 1 or more.'],
  [['--only', 'kill'], '--only is "kill"'],
  [['--targets', 'nobody'], 'leave no cell'],
  [['--name', '../x'], '--name is "../x"'],
])('%j is refused by name', (args, message) => {
  expect(() => read(...args)).toThrow(message);
});
