import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Mutant, StrykerOptions } from '@stryker-mutator/api/core';
import { changedLines } from './changed-lines.ts';
import { PLACES } from './places.ts';
import { SampleChecker } from './sampling.ts';

const ROOT = join(import.meta.dirname, '../..');

test('every place that can be mutated has sources and tests', () => {
  expect(Object.keys(PLACES).length).toBeGreaterThan(5);
  for (const [name, { mutate, tests }] of Object.entries(PLACES)) {
    const [sources = ''] = mutate;
    expect(`${name}: ${globSync(sources, { cwd: ROOT }).length > 0}`).toBe(`${name}: true`);
    expect(`${name}: ${globSync([...tests], { cwd: ROOT }).length > 0}`).toBe(`${name}: true`);
  }
});

test('of a change only the lines that it added or altered are mutated, and no test', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'changed-lines-'));
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
    git('init', '--quiet');
    await mkdir(join(folder, 'room'));
    await writeFile(join(folder, 'room/a.ts'), 'one\ntwo\nthree\nfour\n');
    await writeFile(join(folder, 'room/a.test.ts'), 'one\n');
    await writeFile(join(folder, 'elsewhere.ts'), 'one\n');
    git('add', '.');
    git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '--quiet', '--message', 'before');
    await writeFile(join(folder, 'room/a.ts'), 'one\nTWO\nfour\nfive\nsix\n');
    await writeFile(join(folder, 'room/a.test.ts'), 'two\n');
    await writeFile(join(folder, 'elsewhere.ts'), 'two\n');
    expect(changedLines('HEAD', ['room/**/*.ts', '!**/*.test.ts'], folder)).toEqual(['room/a.ts:2-2', 'room/a.ts:4-5']);
    expect(() => changedLines('no-such-commit', ['room/**/*.ts'], folder)).toThrow(/no-such-commit/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function mutants(count: number): Mutant[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index),
    fileName: `/somewhere/.stryker-tmp/sandbox-x/functions/a.ts`,
    location: { start: { line: index, column: 0 }, end: { line: index, column: 5 } },
    mutatorName: 'BooleanLiteral',
    replacement: 'true',
  }));
}

async function drawn(count: number, sampling: object): Promise<readonly string[]> {
  const checker = new SampleChecker({ sampling } as unknown as StrykerOptions);
  const all = mutants(count);
  expect(await checker.group(all)).toEqual([all.map(({ id }) => id)]);
  const results = Object.entries(await checker.check(all));
  expect(results).toHaveLength(count);
  return results.filter(([, { status }]) => status === 'passed').map(([id]) => id);
}

test('a sample has the wanted size, is the same for the same seed, and another for another seed', async () => {
  const first = await drawn(500, { size: 50, seed: 1 });
  expect(first).toHaveLength(50);
  expect(await drawn(500, { size: 50, seed: 1 })).toEqual(first);
  expect(await drawn(500, { size: 50, seed: 2 })).not.toEqual(first);
  expect(await drawn(10, { size: 50, seed: 1 })).toHaveLength(10);
});
