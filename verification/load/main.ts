import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cleanUpWhenInterrupted, runCommand, say } from '../command-line.ts';
import { writeResults } from '../report/result-files.ts';
import { openStack } from '../stack/open-stack.ts';
import { LOAD_COMMAND_LINE, loadOptionsOf } from './load-options.ts';
import { runLoad } from './load-run.ts';
import { loadChartOf } from './report/load-chart.ts';
import { loadMarkdown } from './report/load-markdown.ts';
import { failuresOf } from './report/load-report.ts';
import { readPhases } from './scenarios/phases.ts';

await runCommand(LOAD_COMMAND_LINE, async (values) => {
  const options = loadOptionsOf(values, process.env);
  const { name, profile, drainSeconds, results } = options;
  const phases = await readPhases(profile, options.duration, options.rate);
  const stack = await openStack({ ...options, say });
  const interruption = new AbortController();
  cleanUpWhenInterrupted(() => {
    interruption.abort();
    return stack.release();
  });
  try {
    const exchangeLog = await newExchangeLog(results, name);
    const { addresses } = stack;
    const { signal } = interruption;
    const report = await runLoad({ name, profile, phases, addresses, exchangeLog, drainSeconds, say, signal });
    const failures = failuresOf(report, options.toleratesUnreachable);
    const markdown = loadMarkdown(report, failures);
    const path = await writeResults(results, name, report, { '.md': markdown, '.svg': loadChartOf(report) });
    say(`\n${markdown}\nWritten to ${relative(process.cwd(), path)}.json, .md, .svg and .answers.jsonl`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await stack.release();
  }
});

/** Where the exchanges of a run are logged; an earlier run's are removed. */
async function newExchangeLog(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.answers.jsonl`);
  await rm(file, { force: true });
  return file;
}
