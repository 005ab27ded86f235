import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';
import { thisMachine } from '../report/machine.ts';
import { checkOutBaseline } from './baseline-tree.ts';
import { comparisonMarkdown, QUICK_TREE_PLAN, type TreeComparison } from './compare-trees.ts';
import { FIGURES, type FigureName, type TreeFigures } from './tree-figures.ts';

function figures(value: number): TreeFigures {
  return Object.fromEntries(Object.keys(FIGURES).map((name) => [name, value])) as Record<FigureName, number>;
}

test('the table shows medians, the ratio of each round’s two figures, and its spread', () => {
  const comparison: TreeComparison = {
    started_at: '2026-11-28T00:00:00.000Z',
    command: 'npm run bench -- --baseline abc',
    machine: thisMachine(),
    baseline_commit: 'abc1234',
    plan: QUICK_TREE_PLAN,
    rounds: [
      { baseline: figures(10), this_tree: figures(20) },
      { baseline: figures(40), this_tree: figures(60) },
      { baseline: figures(20), this_tree: figures(50) },
    ],
  };
  const rows = comparisonMarkdown(comparison)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  expect(rows).toContain('| orders/s to the end, 8 at once | 20 | 50 | 2 | 1.5 to 2.5 | more |');
  expect(rows).toContain('| ms of CPU an order, 8 at once | 20 | 50 | 2 | 1.5 to 2.5 | less |');
  expect(rows).toHaveLength(Object.keys(FIGURES).length + 2);
});

test('nothing is divided by a figure that is 0', () => {
  const comparison: TreeComparison = {
    started_at: '',
    command: '',
    machine: thisMachine(),
    baseline_commit: 'abc1234',
    plan: QUICK_TREE_PLAN,
    rounds: [{ baseline: figures(0), this_tree: figures(0) }],
  };
  expect(comparisonMarkdown(comparison)).toContain('| 0 | 0 | - | - to - |');
});

test('a baseline that is no commit is refused, and leaves no working tree', async () => {
  await expect(checkOutBaseline('no-such-commit', () => undefined)).rejects.toThrow('no-such-commit');
  if (existsSync(`${PROJECT_ROOT}/.git`)) {
    const trees = execFileSync('git', ['worktree', 'list'], { cwd: PROJECT_ROOT, encoding: 'utf8' });
    expect(trees).not.toContain('bench-baseline-');
  }
});
