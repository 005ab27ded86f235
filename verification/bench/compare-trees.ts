import { PROJECT_ROOT } from '../../embedded/configuration.ts';
import { medianOf } from '../load/report/statistics.ts';
import { type Machine, machineLine, thisMachine } from '../report/machine.ts';
import { checkOutBaseline } from './baseline-tree.ts';
import { FIGURES, type FigureName, measureTree, type TreeFigures, type TreePlan } from './tree-figures.ts';

/** Two trees, measured in turns on one machine. */
export interface TreeComparison {
  readonly started_at: string;
  readonly command: string;
  readonly machine: Machine;
  /** The short id of the commit that is compared with. */
  readonly baseline_commit: string;
  readonly plan: TreePlan;
  /** One entry for each round, in which both trees had their turn. */
  readonly rounds: readonly TreeRound[];
}

/** Both trees' figures of one round. */
export interface TreeRound {
  readonly baseline: TreeFigures;
  readonly this_tree: TreeFigures;
}

/** About 25 minutes. */
export const FULL_TREE_PLAN: TreePlan = {
  rounds: 3,
  settle: 5,
  warmUp: 12,
  closed: 10,
  parts: 5,
  spike: { before: 5, during: 15, usualRate: 10, rate: 200 },
  drain: 180,
};

/** About five minutes. */
export const QUICK_TREE_PLAN: TreePlan = { ...FULL_TREE_PLAN, rounds: 1, warmUp: 8, closed: 6, parts: 3 };

/**
 * Measures this tree and another commit in turns: noise of the machine meets both alike. Every second round begins with the other.
 *
 * @throws Error when the commit cannot be checked out and installed, a stack does not start, or an order fails
 */
export async function compareTrees(
  revision: string,
  plan: TreePlan,
  command: string,
  say: (line: string) => void,
): Promise<TreeComparison> {
  const started_at = new Date().toISOString();
  const tree = await checkOutBaseline(revision, say);
  try {
    const rounds: TreeRound[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      const measureBaseline = () => measured(`round ${round}: ${tree.commit}`, tree.folder, plan, say);
      const measureThis = () => measured(`round ${round}: this tree`, PROJECT_ROOT, plan, say);
      if (round % 2 === 1) {
        const baseline = await measureBaseline();
        rounds.push({ baseline, this_tree: await measureThis() });
      } else {
        const this_tree = await measureThis();
        rounds.push({ baseline: await measureBaseline(), this_tree });
      }
    }
    return { started_at, command, machine: thisMachine(), baseline_commit: tree.commit, plan, rounds };
  } finally {
    await tree.remove();
  }
}

async function measured(
  what: string,
  folder: string,
  plan: TreePlan,
  say: (line: string) => void,
): Promise<TreeFigures> {
  say(`Measuring ${what} ...`);
  const figures = await measureTree(folder, plan);
  say(
    `  ${figures.orders_8} orders/s at 8, ${figures.orders_16} at 16; ${Math.round(figures.accepted_percent)} % of the spike`,
  );
  return figures;
}

/** The comparison as a table: the median of each figure, and the ratio of each round. */
export function comparisonMarkdown({ baseline_commit, rounds, machine, command, plan }: TreeComparison): string {
  const { before, during, usualRate, rate } = plan.spike;
  const rows = (Object.keys(FIGURES) as FigureName[]).map((name) => {
    const of = (tree: keyof TreeRound) => rounds.map((round) => round[tree][name]);
    const ratios = rounds.map(({ baseline, this_tree }) => this_tree[name] / baseline[name]).toSorted((a, b) => a - b);
    const spread = `${rounded(ratios[0] ?? Number.NaN)} to ${rounded(ratios.at(-1) ?? Number.NaN)}`;
    const wanted = FIGURES[name].isMoreBetter ? 'more' : 'less';
    const cells = [FIGURES[name].unit, medianOf(of('baseline')), medianOf(of('this_tree')), medianOf(ratios)].map(cell);
    return `| ${[...cells, spread, wanted].join(' | ')} |`;
  });
  return [
    `# This tree and ${baseline_commit}, measured in turns`,
    '',
    `\`${command}\`, ${rounds.length} round(s), on ${machineLine(machine)}. The spike: ${usualRate} orders/s for ${before} s, then ${rate} orders/s for ${during} s.`,
    '',
    `| figure | ${baseline_commit} | this tree | ratio | its spread | better is |`,
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function cell(value: number | string): string {
  return typeof value === 'string' ? value : rounded(value);
}

function rounded(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '-';
}
