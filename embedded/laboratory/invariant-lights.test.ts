import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { isAlive } from '../supervisor/process-table.ts';
import { InvariantLights } from './invariant-lights.ts';
import { INVARIANTS } from './lights.ts';

// Programs of these tests stand in for the checker. tests/console/laboratory.part.test.ts has the real one.

const POLICY = { watchedMs: 60_000, pauseMs: 1, pauseFactor: 0, withinMs: 60_000, staleMs: 60_000 };
const VERDICT = {
  checked_at: '2026-01-02T03:04:05.000Z',
  orders: 3,
  on_their_way: 1,
  invariants: INVARIANTS.map((invariant) => ({ invariant, total: 0, findings: [] })),
};
const PRINTS = `console.log(${JSON.stringify(JSON.stringify(VERDICT))});`;

let folder: string;
let started: InvariantLights[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lights-'));
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((lights) => lights.close()));
  rmSync(folder, { recursive: true });
});

/** Lights that are turned by a program. It notes its id in the journal when it begins, and `end` before it ends. */
function lightsBy(source: string, policy: Partial<typeof POLICY> = {}): InvariantLights {
  const main = join(folder, 'checker.mjs');
  const note = (what: string) => `appendFileSync(${JSON.stringify(join(folder, 'journal'))}, ${what} + '\\n');`;
  writeFileSync(main, `import { appendFileSync } from 'node:fs';\n${note('process.pid')}\n${source}\n${note("'end'")}`);
  const lights = new InvariantLights({ main, environment: process.env }, { ...POLICY, ...policy });
  started.push(lights);
  return lights;
}

function journal(): readonly string[] {
  const path = join(folder, 'journal');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

function statesOf(lights: InvariantLights): readonly string[] {
  return [...new Set(lights.look().lights.map(({ state }) => state))];
}

/** Why nothing is known, once the checker has run. */
async function whyUnknown(lights: InvariantLights): Promise<string | undefined> {
  const why = () => lights.look().lights.flatMap((light) => (light.state === 'unknown' ? [light.why] : []))[0];
  expect(why()).toBe('It has not been checked yet.');
  await eventually(() => why() !== 'It has not been checked yet.');
  return why();
}

describe('the lights', () => {
  test('are turned by the checker, and say when and over how much', async () => {
    const lights = lightsBy(PRINTS);
    await sleep(300);
    expect(journal()).toEqual([]); // Nobody has looked.
    expect(statesOf(lights)).toEqual(['unknown']);
    await eventually(() => statesOf(lights)[0] === 'held');
    expect(lights.look().checked).toEqual({ at: VERDICT.checked_at, orders: 3, on_their_way: 1 });
  });

  test('are turned by one check at a time, however many look', async () => {
    const lights = lightsBy(`await new Promise((resolve) => setTimeout(resolve, 100)); ${PRINTS}`);
    await eventually(() => {
      lights.look();
      return journal().length >= 6;
    });
    await lights.close();
    const finished = journal().slice(0, 6);
    expect(finished.map((line) => (line === 'end' ? line : 'begin'))).toEqual([
      'begin',
      'end',
      'begin',
      'end',
      'begin',
      'end',
    ]);
  });

  test('are turned no more once nobody looks, and again after the next look', async () => {
    const lights = lightsBy(PRINTS, { watchedMs: 1, staleMs: 0 });
    lights.look();
    await eventually(() => journal().includes('end'));
    await sleep(1_000);
    expect(journal()).toHaveLength(2);
    // What was seen then says nothing of now.
    expect(statesOf(lights)).toEqual(['unknown']);
    await eventually(() => journal().length === 4);
  });

  test('wait between two checks, longer after a long one', async () => {
    const lights = lightsBy(PRINTS, { pauseFactor: 1_000 });
    await eventually(() => statesOf(lights)[0] === 'held');
    await sleep(1_000);
    lights.look();
    expect(journal()).toHaveLength(2);
  });

  test('end a check that runs when the stack stops, and begin none after it', async () => {
    const lights = lightsBy('setInterval(() => undefined, 1000); await new Promise(() => undefined);');
    lights.look();
    await eventually(() => journal().length === 1);
    const pid = Number(journal()[0]);
    expect(isAlive(pid)).toBe(true);
    await lights.close();
    expect(isAlive(pid)).toBe(false);
    lights.look();
    await sleep(300);
    expect(journal()).toHaveLength(1);
  });

  test('kill a check that hangs, and say so', async () => {
    const hangs = 'setInterval(() => undefined, 1000); await new Promise(() => undefined);';
    const lights = lightsBy(hangs, { withinMs: 700, pauseFactor: 100 });
    expect(await whyUnknown(lights)).toBe('The check failed: it took longer than 0.7 s');
    expect(isAlive(Number(journal()[0]))).toBe(false);
  });

  test.each([
    ["throw new TypeError('the table is gone')", 'The check failed: TypeError: the table is gone'],
    ["console.error('no such thing'); process.exit(1)", 'The check failed: no such thing'],
    ['process.exit(3)', 'The check failed: it ended with exit code 3'],
    ["console.log('hello')", 'The check failed: its answer cannot be read'],
    ['console.log(JSON.stringify({ orders: 3 }))', 'The check failed: its answer cannot be read'],
    [
      'console.log(JSON.stringify({ too_many: 6000, most: 5000 }))',
      'There are 6000 orders; the checker looks at 5000 at most.',
    ],
  ])('say why nothing is known after: %s', async (source, why) => {
    expect(await whyUnknown(lightsBy(source, { pauseFactor: 100 }))).toBe(why);
  });
});
