import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisesIn } from '../answers/promises.ts';
import { awsConnectionFrom } from '../invariants/reader/aws-connection.ts';
import { SnapshotReader } from '../invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../invariants/verification.ts';
import { type LoadReport, loadReportOf } from '../load/report/load-report.ts';
import type { Phase } from '../load/scenarios/phases.ts';
import { thisMachine } from '../report/machine.ts';
import type { BenchPlan, BenchRun } from './bench-plan.ts';
import type { BenchReport } from './bench-report.ts';
import { BenchStack, stockItems } from './bench-stack.ts';
import { bestConcurrency, closedLoop, stepUp } from './closed-loop.ts';
import { compareWays } from './compare-ways.ts';
import { measureGrowth } from './growth.ts';
import { openLoop } from './open-loop.ts';
import { usageOf } from './process-usage.ts';

/** Measures a stack that was just started, from the lightest to the heaviest load. */
export async function runBench(run: BenchRun): Promise<BenchReport> {
  const { stack, plan, say, command } = run;
  const load_average_before = Math.round((loadavg()[0] ?? 0) * 10) / 10;
  const started_at = new Date().toISOString();
  const usage = () => usageOf(stack);
  const bench = new BenchStack(stack.urls, await stockItems(stack.urls.inventory));
  try {
    await sleep(plan.settle * 1000);
    const idle = usage();
    say(`Warming up for ${plan.warmUp} s ...`);
    await closedLoop(bench.overHttp(), 8, plan.warmUp);
    say('How many orders at once bring the most:');
    const steps = await stepUp(bench.overHttp(), plan.step, say);
    const concurrency = bestConcurrency(steps);
    const { ways, cpu } = await compareWays(run, bench, concurrency);
    const sustained = ways[0]?.orders_per_second ?? 0;
    const levels = await load(run, bench, 'levels', levelPhases(plan, sustained));
    const spike = await load(run, bench, 'spike', spikePhases(plan, sustained));
    const after = usage();
    const growth = await measureGrowth(run, bench, concurrency);
    return {
      started_at,
      command,
      machine: thisMachine(),
      load_average_before,
      start_ms: stack.startMs,
      steps,
      concurrency,
      ways,
      levels,
      spike,
      processes:
        idle?.map(({ name, rss_mb, pss_mb }, index) => ({
          name,
          idle: { rss_mb, pss_mb },
          after: { rss_mb: after?.[index]?.rss_mb ?? 0, pss_mb: after?.[index]?.pss_mb ?? 0 },
          cpu_ms_per_order: cpu.stack.get(name) ?? 0,
        })) ?? null,
      client_cpu_ms_per_order: cpu.client,
      growth,
    };
  } finally {
    bench.close();
  }
}

function levelPhases({ level }: BenchPlan, sustained: number): readonly Phase[] {
  return [50, 80, 120].map((percent) => ({
    name: `${percent} %`,
    duration: level,
    arrivalRate: Math.max(1, Math.round((sustained * percent) / 100)),
  }));
}

/** A fifth of the sustained rate, twenty times that, and a fifth again. */
function spikePhases({ spike }: BenchPlan, sustained: number): readonly Phase[] {
  const usual = Math.max(1, Math.round(sustained / 5));
  return [
    { name: 'before', duration: spike.before, arrivalRate: usual },
    { name: 'spike', duration: spike.during, arrivalRate: usual * 20 },
    { name: 'after', duration: spike.after, arrivalRate: usual },
  ];
}

async function load(
  { stack, plan, say }: BenchRun,
  bench: BenchStack,
  name: string,
  phases: readonly Phase[],
): Promise<LoadReport> {
  say(
    `Open loop: ${phases.map((phase) => `${phase.name} ${phase.arrivalRate}/s for ${phase.duration} s`).join(', ')} ...`,
  );
  const exchanges = await openLoop(stack.urls.http, phases, bench.basket);
  const reader = new SnapshotReader(awsConnectionFrom({ AWS_ENDPOINT_URL: stack.urls.endpoint }));
  try {
    const promises = exchanges.flatMap((exchange) => promisesIn(exchange) ?? []);
    const verification = await verifyInvariants(reader, promises, { drainSeconds: plan.drain });
    const target = stack.urls.http;
    const machine = thisMachine();
    const report = loadReportOf({ name, profile: 'spike', target, machine, phases, exchanges, verification });
    say(
      `  accepted ${report.orders.accepted}, refused ${report.orders.refused}; invariants: ${report.invariants.verdict}`,
    );
    return report;
  } finally {
    reader.close();
  }
}
