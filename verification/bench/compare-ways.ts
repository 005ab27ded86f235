import { percentilesOf } from '../load/report/statistics.ts';
import type { BenchRun } from './bench-plan.ts';
import type { WayReport } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';
import { closedLoop, type OrderRun, type Throughput } from './closed-loop.ts';
import { usageOf } from './process-usage.ts';

/** Compares the ways in turns, so that the machine's other load affects all of them alike. */
export async function compareWays({ stack, plan, say, endpoint }: BenchRun, bench: BenchStack, concurrency: number) {
  const ways: (readonly [string, OrderRun])[] = [
    ['HTTP API, then Step Functions', bench.overHttp()],
    ['Step Functions alone', bench.throughStepFunctions()],
    ['plain loop, no Step Functions', bench.withoutStepFunctions()],
  ];
  if (endpoint !== undefined) {
    const there = await bench.at(endpoint);
    say(`Warming up ${endpoint.url} for ${plan.warmUp} s ...`);
    await closedLoop(there, concurrency, plan.warmUp);
    ways.push([`Step Functions at ${endpoint.url}`, there]);
  }
  say(`Compared at ${concurrency} orders at once, ${plan.rounds} x ${plan.round} s each:`);
  const results = ways.map((): Throughput[] => []);
  const cpu = { stack: new Map<string, number>(), client: 0, orders: 0 };
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [index, [name, orderRun]] of ways.entries()) {
      const before = usageOf(stack);
      const clientBefore = process.cpuUsage();
      const result = await closedLoop(orderRun, concurrency, plan.round);
      say(`  ${name}: ${result.orders_per_second} orders/s`);
      results[index]?.push(result);
      if (index > 0) {
        continue;
      }
      const { user, system } = process.cpuUsage(clientBefore);
      cpu.client += (user + system) / 1000;
      cpu.orders += result.orders;
      for (const [at, { name: part, cpu_ms }] of (usageOf(stack) ?? []).entries()) {
        cpu.stack.set(part, (cpu.stack.get(part) ?? 0) + cpu_ms - (before?.[at]?.cpu_ms ?? 0));
      }
    }
  }
  const perOrder = (ms: number) => Math.round((ms / Math.max(1, cpu.orders)) * 10) / 10;
  return {
    ways: ways.map(([name], index) => wayReport(name, results[index] ?? [], results[2] ?? [])),
    cpu: {
      stack: new Map([...cpu.stack].map(([name, ms]) => [name, perOrder(ms)])),
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
