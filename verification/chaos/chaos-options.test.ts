import { expect, test } from '@jest/globals';
import { readCommandLine } from '../command-line.ts';
import { CHAOS_COMMAND_LINE, chaosPlanOf } from './chaos-options.ts';
import { ALL_CELLS, nameOf } from './matrix.ts';

function planOf(...args: string[]) {
  return chaosPlanOf(readCommandLine(CHAOS_COMMAND_LINE, args), () => 42);
}

test('without options every cell runs once, with a drawn seed', () => {
  expect(planOf()).toMatchObject({ seed: 42, minutes: 0, orders: 6, faultSeconds: 5, cells: ALL_CELLS });
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
])('%j selects these cells: %j', (args, names) => {
  expect(planOf(...args).cells.map(nameOf)).toEqual(names);
});

test.each([
  [['--seed', 'x'], '--seed is "x"; it must be a whole number from 0 to 1000000000.'],
  [['--seed', '1e3'], '--seed is "1e3"'],
  [['--seed', '0x10'], '--seed is "0x10"'],
  [['--seed', ' 7'], '--seed is " 7"'],
  [['--seed', '10000000000'], '--seed is "10000000000"'],
  [['--orders', '0'], '--orders is "0"; it must be a whole number from 1 to 100.'],
  [['--minutes', '1441'], '--minutes is "1441"'],
  [['--fault-seconds', '2.5'], '--fault-seconds is "2.5"'],
  [['--only', 'kill'], '--only is "kill"'],
  [['--targets', 'nobody'], '--targets is "nobody"; there is nothing called "nobody".'],
  [['--targets', 'api,'], '--targets is "api,"; there is nothing called "".'],
  [['--faults', ''], '--faults is ""'],
  [['--faults', 'latency,slowness'], 'there is nothing called "slowness"'],
  [['--faults', 'mixed', '--targets', 'api'], 'leave no cell'],
  [['--name', '../x'], '--name is "../x"'],
  [['--short', '--orders', '3'], '--orders does not go with it'],
  [['--short', '--only', 'mixed x all'], '--only does not go with it'],
  [['--nonsense'], '--nonsense'],
])('the command line %j is refused with %j', (args, message) => {
  expect(() => planOf(...args)).toThrow(message);
});

test('a cell that is named twice runs once', () => {
  expect(planOf('--only', 'mixed x all', '--only', 'mixed x all').cells).toEqual([{ kind: 'mixed' }]);
});
