import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedStack } from '../../embedded/stack.ts';
import { toldBy } from '../answers/told.ts';
import { awsConnectionFrom } from '../invariants/reader/aws-connection.ts';
import { SnapshotReader } from '../invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../invariants/verification.ts';
import { type LoadReport, loadReportOf } from '../report/load-report.ts';
import { thisMachine } from '../report/machine.ts';
import { percentilesOf } from '../report/percentiles.ts';
import type { Phase } from '../scenarios/phases.ts';
import type { BenchPlan } from './bench-plan.ts';
import type { BenchReport, GrowthReport, WayReport } from './bench-report.ts';
import { bestConcurrency, closedLoop, type OrderRun, stepUp, type Throughput } from './closed-loop.ts';
import { openLoop } from './open-loop.ts';
import { parentOf, readUsage } from './process-usage.ts';
import { StoredOrders } from './stored-orders.ts';
import { stockShelves, Workbench } from './workbench.ts';

/** What a benchmark works with. */
export interface BenchRun {
  readonly stack: EmbeddedStack;
  readonly plan: BenchPlan;
  readonly endpoint: string | undefined;
  readonly inventory: string | undefined;
  readonly command: string;
  readonly say: (line: string) => void;
}

/** Measures one stack that has just been started, from the lightest to the heaviest load. */
export async function runBench(run: BenchRun): Promise<BenchReport> {
  const { stack, plan, say, command } = run;
  const load_average_before = Math.round((loadavg()[0] ?? 0) * 10) / 10;
  const started_at = new Date().toISOString();
  const usage = () => readUsage(processesOf(stack));
  const bench = new Workbench(stack.urls, await stockShelves(stack.urls.inventory));
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
      start_ms: stack.startMilliseconds,
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

/** The stack's processes and the one that started them. */
function processesOf(stack: EmbeddedStack): readonly { readonly name: string; readonly pid: number }[] {
  const processes = stack.processes();
  const api = processes.find(({ name }) => name === 'api');
  const launcher = api && parentOf(api.pid);
  return launcher === undefined ? processes : [...processes, { name: 'launcher', pid: launcher }];
}

/** In turns, so that what else the machine does strikes all ways alike. */
async function compareWays({ stack, plan, say, endpoint, inventory }: BenchRun, bench: Workbench, concurrency: number) {
  const ways: (readonly [string, OrderRun])[] = [
    ['HTTP API, then Step Functions', bench.overHttp()],
    ['Step Functions alone', bench.throughStepFunctions()],
    ['plain loop, no Step Functions', bench.withoutStepFunctions()],
  ];
  if (endpoint !== undefined) ways.push([`Step Functions at ${endpoint}`, await bench.at(endpoint, inventory)]);
  say(`Compared at ${concurrency} orders at once, ${plan.rounds} x ${plan.round} s each:`);
  const results = ways.map((): Throughput[] => []);
  const cpu = { stack: new Map<string, number>(), client: 0, orders: 0 };
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [index, [name, orderRun]] of ways.entries()) {
      const before = readUsage(processesOf(stack));
      const clientBefore = process.cpuUsage();
      const result = await closedLoop(orderRun, concurrency, plan.round);
      say(`  ${name}: ${result.orders_per_second} orders/s`);
      results[index]?.push(result);
      if (index > 0) continue;
      const { user, system } = process.cpuUsage(clientBefore);
      cpu.client += (user + system) / 1000;
      cpu.orders += result.orders;
      for (const [at, { name: part, cpu_ms }] of (readUsage(processesOf(stack)) ?? []).entries()) {
        cpu.stack.set(part, (cpu.stack.get(part) ?? 0) + cpu_ms - (before?.[at]?.cpu_ms ?? 0));
      }
    }
  }
  const perOrder = (milliseconds: number) => Math.round((milliseconds / Math.max(1, cpu.orders)) * 10) / 10;
  return {
    ways: ways.map(([name], index) => wayReport(name, results[index] ?? [], results[2] ?? [])),
    cpu: {
      stack: new Map([...cpu.stack].map(([name, milliseconds]) => [name, perOrder(milliseconds)])),
      client: perOrder(cpu.client),
    },
  };
}

function wayReport(name: string, results: readonly Throughput[], plain: readonly Throughput[]): WayReport {
  const times = (which: 'p50' | 'p99') =>
    percentilesOf(results.flatMap(({ order_ms }) => (order_ms === null ? [] : [order_ms[which]])))?.p50 ?? 0;
  const rate = (all: readonly Throughput[]) => all.reduce((sum, one) => sum + one.orders_per_second, 0) / all.length;
  return {
    name,
    orders: results.reduce((sum, { orders }) => sum + orders, 0),
    orders_per_second: Math.round(rate(results) * 10) / 10,
    p50_ms: times('p50'),
    p99_ms: times('p99'),
    of_plain_loop: Math.round((rate(results) / rate(plain)) * 100) / 100,
  };
}

function levelPhases({ level }: BenchPlan, sustained: number): readonly Phase[] {
  return [50, 80, 120].map((percent) => ({
    name: `${percent} %`,
    duration: level,
    arrivalRate: Math.max(1, Math.round((sustained * percent) / 100)),
  }));
}

/** A fifth of what can be sustained, twenty times that, and a fifth again. */
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
  bench: Workbench,
  name: string,
  phases: readonly Phase[],
): Promise<LoadReport> {
  say(
    `Open loop: ${phases.map((phase) => `${phase.name} ${phase.arrivalRate}/s for ${phase.duration} s`).join(', ')} ...`,
  );
  const exchanges = await openLoop(stack.urls.http, phases, bench.basket);
  const reader = new SnapshotReader(awsConnectionFrom({ AWS_ENDPOINT_URL: stack.urls.endpoint }));
  try {
    const told = exchanges.flatMap((exchange) => toldBy(exchange) ?? []);
    const verification = await verifyInvariants(reader, told, { drain_seconds: plan.drain });
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

async function measureGrowth(
  { stack, plan, say }: BenchRun,
  bench: Workbench,
  concurrency: number,
): Promise<readonly GrowthReport[]> {
  const template = await bench.confirmedOrder();
  const tables = new StoredOrders(bench.dynamodb, 'dev');
  const reports: GrowthReport[] = [];
  let stored = 0;
  for (const wanted of plan.stored) {
    say(`Storing ${(wanted - stored).toLocaleString('en')} more orders ...`);
    await tables.add(wanted - stored, template);
    stored = wanted;
    const before = cpuOf(stack);
    const result = await closedLoop(bench.overHttp(), concurrency, plan.growth);
    const after = cpuOf(stack);
    say(`  with ${stored.toLocaleString('en')} stored: ${result.orders_per_second} orders/s`);
    reports.push({
      stored,
      orders_per_second: result.orders_per_second,
      order_p50_ms: result.order_ms?.p50 ?? 0,
      order_p99_ms: result.order_ms?.p99 ?? 0,
      cpu_ms_per_order:
        before === undefined || after === undefined
          ? null
          : Math.round(((after - before) / Math.max(1, result.orders)) * 10) / 10,
    });
  }
  return reports;
}

function cpuOf(stack: EmbeddedStack): number | undefined {
  return readUsage(processesOf(stack))?.reduce((sum, { cpu_ms }) => sum + cpu_ms, 0);
}
