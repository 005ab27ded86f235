import { relative } from 'node:path';
import { cleanUpWhenInterrupted, commandAsTyped, runCommand, say } from '../command-line.ts';
import { writeResults } from '../report/result-files.ts';
import { CHAOS_COMMAND_LINE, chaosPlanOf, DEFAULT_RESULTS_FOLDER } from './chaos-options.ts';
import { chaosFailuresOf } from './report/chaos-failures.ts';
import { chaosMarkdownOf } from './report/chaos-markdown.ts';
import { chaosReportOf } from './report/chaos-report.ts';
import { runChaos } from './run/chaos-run.ts';
import { startStackUnderChaos } from './stack-under-chaos.ts';

const MAX_DRAWN_SEED = 1_000_000;

await runCommand(CHAOS_COMMAND_LINE, async (values, args) => {
  const { name, results = DEFAULT_RESULTS_FOLDER } = values;
  const plan = chaosPlanOf(values, () => Math.floor(Math.random() * MAX_DRAWN_SEED));
  const started_at = new Date().toISOString();
  say(`Seed ${plan.seed}; ${plan.cells.length} cells. Starting the stack ...`);
  const starting = startStackUnderChaos();
  cleanUpWhenInterrupted(async () => await (await starting).stop());
  const stack = await starting;
  try {
    const outcome = await runChaos(plan, stack, say);
    const command = commandAsTyped(CHAOS_COMMAND_LINE, args);
    const report = await chaosReportOf(outcome, { seed: plan.seed, command, started_at }, stack.connection);
    const failures = chaosFailuresOf(report);
    const markdown = chaosMarkdownOf(report, failures);
    const path = await writeResults(results, name, report, { '.md': markdown });
    say(`\n${markdown}\nWritten to ${relative(process.cwd(), path)}.json and .md`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await stack.stop();
  }
});
