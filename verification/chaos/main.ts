import { relative } from 'node:path';
import { type ChaosOptions, help, readChaosOptions } from './options.ts';
import { markdownOf } from './report/markdown.ts';
import { reportOf } from './report/report-of.ts';
import { failuresOf } from './report/verdict.ts';
import { writeResults } from './results.ts';
import { runChaos } from './run/chaos-run.ts';
import { startStackUnderChaos } from './stack-under-chaos.ts';

const MOST_SEEDS = 1_000_000;

async function main({ plan, name, results }: ChaosOptions, args: readonly string[]): Promise<number> {
  const started_at = new Date().toISOString();
  console.log(`Seed ${plan.seed}; ${plan.cells.length} cells. Starting the stack ...`);
  const starting = startStackUnderChaos();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void starting.then((stack) => stack.stop()).finally(() => process.exit(1));
    });
  }
  const stack = await starting;
  try {
    const outcome = await runChaos(plan, stack, (line) => console.log(line));
    const quoted = args.map((argument) => (argument.includes(' ') ? JSON.stringify(argument) : argument));
    const command = ['npm run chaos', ...(args.length === 0 ? [] : ['--', ...quoted])].join(' ');
    const report = await reportOf(outcome, { seed: plan.seed, command, started_at }, stack.connection);
    const failures = failuresOf(report);
    const markdown = markdownOf(report, failures);
    const path = await writeResults(results, name, report, markdown);
    console.log(`\n${markdown}\nWritten to ${relative(process.cwd(), path)}.json and .md`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await stack.stop();
  }
}

function readOptions(args: readonly string[]): ChaosOptions | 'help' | undefined {
  try {
    return readChaosOptions(args, () => Math.floor(Math.random() * MOST_SEEDS));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nSee: npm run chaos -- --help`);
    return undefined;
  }
}

const args = process.argv.slice(2);
const options = readOptions(args);
if (options === undefined) {
  process.exitCode = 2;
} else if (options === 'help') {
  console.log(help);
} else {
  process.exitCode = await main(options, args).catch((error: unknown) => {
    console.error(error);
    return 1;
  });
}
