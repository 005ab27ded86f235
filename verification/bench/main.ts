import { relative, resolve } from 'node:path';
import { startEmbeddedStack } from '../../embedded/stack.ts';
import { cleanUpWhenInterrupted, commandAsTyped, runCommand, say } from '../command-line.ts';
import { loadChartOf } from '../load/report/load-chart.ts';
import { writeResults } from '../report/result-files.ts';
import { refuseRemote } from '../stack/stack-addresses.ts';
import { aims, benchMarkdown } from './bench-markdown.ts';
import { BENCH_COMMAND_LINE, benchOptionsOf } from './bench-options.ts';
import { FULL_PLAN, QUICK_PLAN } from './bench-plan.ts';
import { runBench } from './bench-run.ts';
import { compareTrees, comparisonMarkdown, FULL_TREE_PLAN, QUICK_TREE_PLAN } from './compare-trees.ts';
import { lookAtEndpoint } from './other-endpoint.ts';

await runCommand(BENCH_COMMAND_LINE, async (values, args) => {
  const { quick, profile, allowRemote, results, name, baseline, ...options } = benchOptionsOf(values);
  if (baseline !== undefined) {
    const plan = quick ? QUICK_TREE_PLAN : FULL_TREE_PLAN;
    const comparison = await compareTrees(baseline, plan, commandAsTyped(BENCH_COMMAND_LINE, args), say);
    const markdown = comparisonMarkdown(comparison);
    const path = await writeResults(results, `${name}.baseline`, comparison, { '.md': markdown });
    say(`\n${markdown}\nWritten to ${relative(process.cwd(), path)}.json and .md`);
    return 0;
  }
  for (const address of [options.endpoint?.url, options.endpoint?.inventory]) {
    if (address !== undefined) {
      refuseRemote(address, allowRemote);
    }
  }
  const endpoint = options.endpoint && (await lookAtEndpoint(options.endpoint));
  const stack = await startEmbeddedStack({
    // An endpoint without functions of its own calls the stack's, so these listen on their default ports.
    ports: endpoint === undefined || endpoint.isDeployed ? 'free' : 'default',
    ...(profile !== undefined && {
      environment: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(profile)} ${process.env.NODE_OPTIONS ?? ''}` },
    }),
  });
  cleanUpWhenInterrupted(() => stack.stop());
  say(`The stack is ready at ${stack.urls.http} after ${(stack.startMs / 1000).toFixed(1)} s.`);
  try {
    const command = commandAsTyped(BENCH_COMMAND_LINE, args);
    const plan = quick ? QUICK_PLAN : FULL_PLAN;
    const report = await runBench({ stack, plan, endpoint, command, say });
    const markdown = benchMarkdown(report);
    const path = await writeResults(results, name, report, {
      '.md': markdown,
      '.levels.svg': loadChartOf(report.levels),
      '.spike.svg': loadChartOf(report.spike),
    });
    say(`\n${markdown}\nWritten to ${relative(process.cwd(), path)}.json, .md, .levels.svg and .spike.svg`);
    const lost = aims(report).some(([aim, , , met]) => aim.startsWith('accepted orders') && met === 'no');
    return lost ? 1 : 0;
  } finally {
    await stack.stop();
  }
});
