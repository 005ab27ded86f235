import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedStack } from '../../../embedded/stack.ts';
import { BenchStack, stockItems } from '../../bench/bench-stack.ts';
import { closedLoop, type OrderRun } from '../../bench/closed-loop.ts';
import { OrderEndWatch } from '../../bench/order-end-watch.ts';
import { flag, runCommand } from '../../command-line.ts';
import { machineLine, thisMachine } from '../../report/machine.ts';
import { comparisonTable } from '../comparison-table.ts';
import { installRestate } from '../restate-server.ts';
import { polledAtRestate, startRestateOrders, watchedAtRestate } from './restate-orders.ts';

const COMMAND_LINE = {
  command: 'npm run compare:orders --',
  description:
    'Takes the same orders through this system and through Restate: same services, same table, in turns on one machine. Restate is installed from npm into .compare/.',
  options: { quick: flag('a quarter of the time') },
};

const AT_ONCE = [8, 16] as const;
const ROUNDS = 3;

type Side = 'ours' | 'theirs';

/** How a client takes an order to its end, on connections that are open for one turn: idle ones would be closed meanwhile. */
interface Way {
  readonly name: string;
  readonly run: (side: Side, bench: BenchStack, ingress: string) => OrderRun;
}

const WAYS: readonly Way[] = [
  {
    name: 'polling clients',
    run: (side, bench, ingress) => (side === 'ours' ? bench.polling() : polledAtRestate(ingress, bench.basket)),
  },
  {
    name: 'watching the table',
    run: (side, bench, ingress) =>
      side === 'ours'
        ? bench.overHttp()
        : watchedAtRestate(ingress, bench.basket, new OrderEndWatch(bench.dynamodb, 'orders-dev')),
  },
];

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await runCommand(COMMAND_LINE, async ({ quick }) => {
  const seconds = quick ? 5 : 20;
  const say = (line: string) => console.error(line);
  const version = await installRestate();
  const data = await mkdtemp(join(tmpdir(), 'orders-comparison-'));
  const stack = await startEmbeddedStack();
  const items = await stockItems(stack.urls.inventory);
  const restate = await startRestateOrders(data, stack).catch(async (error: unknown) => {
    await stack.stop();
    throw error;
  });
  try {
    const turn = async ({ run }: Way, side: Side, atOnce: number): Promise<number> => {
      const bench = new BenchStack(stack.urls, items);
      try {
        return (await closedLoop(run(side, bench, restate.ingress), atOnce, seconds)).orders_per_second;
      } finally {
        bench.close();
      }
    };
    const cells = new Map<string, { readonly ours: string; readonly theirs: string; readonly ratio: string }>();
    for (const way of WAYS) {
      for (const atOnce of AT_ONCE) {
        const rates = { ours: [] as number[], theirs: [] as number[] };
        // The first round warms both up.
        for (let round = 0; round <= ROUNDS; round += 1) {
          for (const side of ['ours', 'theirs'] as const) {
            const rate = await turn(way, side, atOnce);
            say(`${way.name}, ${atOnce} at once, round ${round}, ${side}: ${rate} orders/s`);
            if (round > 0) {
              rates[side].push(rate);
            }
          }
        }
        const ratios = rates.ours.map((rate, round) => rate / (rates.theirs[round] ?? Number.NaN));
        cells.set(`${way.name}, ${atOnce} at once`, {
          ours: `${median(rates.ours)}`,
          theirs: `${median(rates.theirs)}`,
          ratio: `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
        });
      }
    }
    const column = (peer: string, side: Side | 'ratio') => ({
      peer,
      cells: Object.fromEntries([...cells].map(([row, figures]) => [row, figures[side]])),
    });
    console.log(`\n${machineLine(thisMachine())}; orders/s, median of ${ROUNDS} rounds of ${seconds} s\n`);
    console.log(
      comparisonTable([
        column('this system', 'ours'),
        column(`Restate ${version}`, 'theirs'),
        column('ratio (least to most)', 'ratio'),
      ]),
    );
    return 0;
  } finally {
    await restate.kill();
    await stack.stop();
    await rm(data, { recursive: true, force: true });
  }
});
