import { expect, test } from '@jest/globals';
import type { Definition } from './app/answers.ts';
import { readHistory } from './app/history.ts';
import { drawMachine } from './app/machine-drawing.ts';

const NAMES = Array.from({ length: 40 }, (_, index) => `Do something with the number ${index}`);
const STATES = Object.fromEntries(
  NAMES.map((name, index) => [
    name,
    {
      Type: index % 5 === 0 ? 'Choice' : 'Task',
      ...(index % 5 === 0 && { Choices: [{ Next: NAMES[Math.max(0, index - 7)] }], Default: NAMES[index + 1] }),
      ...(index % 5 !== 0 && index < 39 && { Next: NAMES[index + 1], Catch: [{ Next: 'Clean up' }] }),
      ...(index === 39 && { End: true }),
    },
  ]),
);
const DEFINITION = {
  StartAt: NAMES[0],
  States: { ...STATES, 'Clean up': { Type: 'Pass', Next: 'Failed' }, Failed: { Type: 'Fail' } },
} as unknown as Definition;

test.each(['right', 'down'] as const)(
  'drawn to the %s no two states of any definition cover each other',
  (direction) => {
    const { states, connections, width, height } = drawMachine(readHistory(DEFINITION, []).sequence, direction);
    expect(states).toHaveLength(42);
    for (const one of states) {
      expect([one.x - one.width / 2 >= 0, one.x + one.width / 2 <= width, one.y + one.height / 2 <= height]).toEqual([
        true,
        true,
        true,
      ]);
      const covering = states.filter(
        (other) =>
          other !== one &&
          Math.abs(one.x - other.x) < (one.width + other.width) / 2 &&
          Math.abs(one.y - other.y) < (one.height + other.height) / 2,
      );
      expect([one.state.name, covering.map(({ state }) => state.name)]).toEqual([one.state.name, []]);
    }
    expect(connections.filter(({ path }) => !/^M\S+( [LQ]\S+)+/.test(path) || /NaN|undefined/.test(path))).toEqual([]);
  },
);

test('what only an error leads to is drawn as such, and everything else goes forward', () => {
  const { states } = drawMachine(readHistory(DEFINITION, []).sequence, 'right');
  const roles = new Map(states.map(({ state, role }) => [state.name, role]));
  expect([roles.get('Clean up'), roles.get('Failed'), roles.get(NAMES[3] ?? '')]).toEqual([
    'undo',
    'parking',
    'forward',
  ]);
});
