import { describe, expect, test } from '@jest/globals';
import { simulate } from './simulate.ts';
import { ENGINE, type Engine } from './virtual-shell.ts';

const SEEDS = Array.from({ length: 250 }, (_, index) => index + 1);

/** The first seed that exposes an engine, with the violations. */
async function firstCaught(engine: Engine): Promise<{ seed: number; violations: readonly string[] } | undefined> {
  for (const seed of SEEDS.slice(0, 100)) {
    const { violations } = await simulate(seed, engine);
    if (violations.length > 0) {
      return { seed, violations };
    }
  }
  return undefined;
}

describe('Random machines', () => {
  test('end in the same way with and without faults', async () => {
    let crashes = 0;
    for (const seed of SEEDS) {
      const result = await simulate(seed);
      crashes += result.crashes;
      // The seed in a failure runs it again: npm run simulate -- --runs 1 --seed …
      expect({ seed, violations: result.violations }).toEqual({ seed, violations: [] });
    }
    expect(crashes).toBeGreaterThan(SEEDS.length);
  }, 120_000);

  test('are the same for the same seed', async () => {
    const [first, again] = [await simulate(7), await simulate(7)];
    expect(again).toEqual(first);
  });
});

/** Cores that are broken, each in one way. */
const BROKEN: readonly (readonly [string, Engine])[] = [
  [
    'drops an effect',
    {
      ...ENGINE,
      step: async (...args) => {
        const result = await ENGINE.step(...args);
        const lost = result.effects.findIndex(({ type }) => type === 'RunTask' || type === 'SetTimer');
        return result.execution.nextEventId % 7 === 0
          ? { ...result, effects: result.effects.filter((_, index) => index !== lost) }
          : result;
      },
    },
  ],
  [
    'forgets its timers in a crash',
    {
      ...ENGINE,
      outstandingEffects: (execution) => ENGINE.outstandingEffects(execution).filter(({ type }) => type !== 'SetTimer'),
    },
  ],
  [
    'forgets its tasks in a crash',
    {
      ...ENGINE,
      outstandingEffects: (execution) => ENGINE.outstandingEffects(execution).filter(({ type }) => type !== 'RunTask'),
    },
  ],
  [
    'does not cancel the tasks of an execution that ends',
    {
      ...ENGINE,
      step: async (...args) => {
        const result = await ENGINE.step(...args);
        return { ...result, effects: result.effects.filter(({ type }) => type !== 'CancelTask') };
      },
    },
  ],
  [
    'loses an event of the history',
    {
      ...ENGINE,
      step: async (...args) => {
        const result = await ENGINE.step(...args);
        return { ...result, history: result.history.filter(({ id }) => id % 13 !== 0) };
      },
    },
  ],
  [
    'takes an answer twice',
    {
      ...ENGINE,
      step: async (definition, execution, event) => {
        const result = await ENGINE.step(definition, execution, event);
        if (event.type !== 'TaskSucceeded') {
          return result;
        }
        const outcome = result.history.filter(({ type }) => type.endsWith('Succeeded')).slice(0, 1);
        const { nextEventId } = result.execution;
        const doubled = outcome.map((copy) => ({ ...copy, id: nextEventId }));
        return {
          ...result,
          execution: { ...result.execution, nextEventId: nextEventId + doubled.length },
          history: [...result.history, ...doubled],
        };
      },
    },
  ],
  [
    'leaves out a state',
    {
      ...ENGINE,
      step: (definition, ...rest) => {
        const { StartAt, States } = definition;
        const first = States[StartAt];
        const skipped = first !== undefined && 'Next' in first && first.Next !== undefined ? first.Next : StartAt;
        const again = States[skipped];
        const next = again !== undefined && 'Next' in again ? again.Next : undefined;
        if (first?.Type !== 'Wait' || next === undefined) {
          return ENGINE.step(definition, ...rest);
        }
        return ENGINE.step({ ...definition, States: { ...States, [StartAt]: { ...first, Next: next } } }, ...rest);
      },
    },
  ],
  [
    'looks at something other than its arguments',
    (() => {
      let calls = 0;
      const step: Engine['step'] = (definition, execution, event) => {
        calls += 1;
        return ENGINE.step(definition, execution, { ...event, entropy: `${event.entropy}${calls}` });
      };
      return { ...ENGINE, step };
    })(),
  ],
  [
    'changes the execution it is given',
    {
      ...ENGINE,
      step: async (definition, execution, event) => {
        const result = await ENGINE.step(definition, execution, event);
        Object.assign(execution, { redriveCount: execution.redriveCount + 1 });
        return result;
      },
    },
  ],
];

describe('The simulation', () => {
  test.each(BROKEN)('catches a core that %s', async (_, engine) => {
    expect(await firstCaught(engine)).toBeDefined();
  });

  test('repeats a failure by its seed', async () => {
    const engine: Engine = { ...ENGINE, outstandingEffects: () => [] };
    const caught = await firstCaught(engine);
    expect((await simulate(caught?.seed ?? 0, engine)).violations).toEqual(caught?.violations);
  });
});
