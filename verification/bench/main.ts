import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { startEmbeddedStack } from '../../embedded/stack.ts';
import { loadChartOf } from '../load/report/load-chart.ts';
import { refuseRemote } from '../stack/loopback.ts';
import { aims, benchMarkdown } from './bench-markdown.ts';
import { fullPlan, quickPlan } from './bench-plan.ts';
import type { BenchReport } from './bench-report.ts';
import { runBench } from './bench-run.ts';
import { type BenchOptions, HELP, readBenchOptions } from './options.ts';
import { lookAtEndpoint } from './other-endpoint.ts';

function say(line: string): void {
  console.log(line);
}

async function main(options: BenchOptions, args: readonly string[]): Promise<number> {
  const { quick, profile, allowRemote } = options;
  for (const address of [options.endpoint?.url, options.endpoint?.inventory]) {
    if (address !== undefined) {
      refuseRemote(address, allowRemote);
    }
  }
  const endpoint = options.endpoint && (await lookAtEndpoint(options.endpoint));
  const stack = await startEmbeddedStack({
    // An endpoint without functions of its own must be set up to find the stack's, so they stand where they always do.
    ports: endpoint === undefined || endpoint.isDeployed ? 'free' : 'default',
    ...(profile !== undefined && {
      environment: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(profile)} ${process.env.NODE_OPTIONS ?? ''}` },
    }),
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => void stack.stop().finally(() => process.exit(1)));
  }
  say(`The stack is ready at ${stack.urls.http} after ${(stack.startMs / 1000).toFixed(1)} s.`);
  try {
    const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
    const plan = quick ? quickPlan : fullPlan;
    const report = await runBench({ stack, plan, endpoint, command, say });
    const path = await write(options, report);
    say(
      `\n${benchMarkdown(report)}\nWritten to ${relative(process.cwd(), path)}.json, .md, .levels.svg and .spike.svg`,
    );
    const lost = aims(report).some(([aim, , , met]) => aim.startsWith('accepted orders') && met === 'no');
    return lost ? 1 : 0;
  } finally {
    await stack.stop();
  }
}

async function write({ results, name }: BenchOptions, report: BenchReport): Promise<string> {
  await mkdir(results, { recursive: true });
  const path = join(results, name);
  await writeFile(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(`${path}.md`, benchMarkdown(report));
  await writeFile(`${path}.levels.svg`, loadChartOf(report.levels));
  await writeFile(`${path}.spike.svg`, loadChartOf(report.spike));
  return path;
}

function readOptions(args: readonly string[]): BenchOptions | 'help' | undefined {
  try {
    return readBenchOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nSee: npm run bench -- --help`);
    return undefined;
  }
}

const args = process.argv.slice(2);
const options = readOptions(args);
if (options === undefined) {
  process.exitCode = 2;
} else if (options === 'help') {
  say(HELP);
} else {
  process.exitCode = await main(options, args).catch((error: unknown) => {
    console.error(error);
    return 1;
  });
}
