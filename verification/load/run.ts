import { relative } from 'node:path';
import { openStack } from '../stack/stack-under-load.ts';
import { runLoad } from './load-run.ts';
import { HELP, type LoadOptions, readLoadOptions } from './options.ts';
import { markdownOf } from './report/markdown.ts';
import { failuresOf } from './report/verdict.ts';
import { newExchangeLog, writeResults } from './results.ts';
import { readPhases } from './scenarios/phases.ts';

function say(line: string): void {
  console.log(line);
}

async function main(options: LoadOptions): Promise<number> {
  const { name, profile, drain_seconds, results } = options;
  const phases = await readPhases(profile, options.duration, options.rate);
  const stack = await openStack({ ...options, say });
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      interruption.abort();
      void stack.release().finally(() => process.exit(1));
    });
  }
  try {
    const exchange_log = await newExchangeLog(results, name);
    const { addresses } = stack;
    const { signal } = interruption;
    const report = await runLoad({ name, profile, phases, addresses, exchange_log, drain_seconds, say, signal });
    const failures = failuresOf(report, options.toleratesUnreachable);
    const markdown = markdownOf(report, failures);
    const path = await writeResults(results, report, markdown);
    say(`\n${markdown}\nWritten to ${relative(process.cwd(), path)}.json, .md, .svg and .answers.jsonl`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await stack.release();
  }
}

function readOptions(): LoadOptions | 'help' | undefined {
  try {
    return readLoadOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nSee: npm run load:smoke -- --help`);
    return undefined;
  }
}

const options = readOptions();
if (options === undefined) {
  process.exitCode = 2;
} else if (options === 'help') {
  say(HELP);
} else {
  process.exitCode = await main(options).catch((error: unknown) => {
    console.error(error);
    return 1;
  });
}
