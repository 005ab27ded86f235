import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedStack, startEmbeddedStack } from '../../embedded/stack.ts';
import type { Exchange } from '../answers/exchange.ts';
import { percentilesOf } from '../load/report/statistics.ts';
import { BenchStack, stockItems } from './bench-stack.ts';
import { closedLoop, type OrderRun } from './closed-loop.ts';
import { openLoop } from './open-loop.ts';
import { cpuBetween, usageOf } from './process-usage.ts';

/** How long each part of a measurement takes, in seconds, and the spike's rates in orders a second. */
export interface TreePlan {
  readonly rounds: number;
  readonly settle: number;
  readonly warmUp: number;
  readonly closed: number;
  /** Of the status calls and of the plain loop, each after as long a warm-up. */
  readonly parts: number;
  readonly spike: {
    readonly before: number;
    readonly during: number;
    readonly usualRate: number;
    readonly rate: number;
  };
  readonly drain: number;
}

/** What one tree reached in one round, by the name of the figure. */
export type TreeFigures = Readonly<Record<FigureName, number>>;

/** The figures, their units, and whether more is better. */
export const FIGURES = {
  start_ms: { unit: 'ms to ready', isMoreBetter: false },
  idle_mb: { unit: 'MB idle (PSS)', isMoreBetter: false },
  orders_8: { unit: 'orders/s to the end, 8 at once', isMoreBetter: true },
  orders_16: { unit: 'orders/s to the end, 16 at once', isMoreBetter: true },
  polled_16: { unit: 'orders/s, 16 polling customers', isMoreBetter: true },
  cpu_ms: { unit: 'ms of CPU an order, 8 at once', isMoreBetter: false },
  plain_cpu_ms: { unit: 'ms of it without Step Functions and HTTP API', isMoreBetter: false },
  status_cpu_ms: { unit: 'ms of CPU a status call', isMoreBetter: false },
  accepted_percent: { unit: '% accepted in the spike', isMoreBetter: true },
  answer_p99_ms: { unit: 'ms p99 of accepted answers in the spike', isMoreBetter: false },
  refused_p99_ms: { unit: 'ms p99 of refusals', isMoreBetter: false },
  drained_s: { unit: 's until the backlog was worked off', isMoreBetter: false },
} as const;

/** The name of a figure. */
export type FigureName = keyof typeof FIGURES;

const MS = 1_000;

/**
 * Starts the stack of a tree with empty tables, measures it, and stops it.
 *
 * @throws Error when the stack does not start or an order fails
 */
export async function measureTree(projectRoot: string, plan: TreePlan): Promise<TreeFigures> {
  const stack = await startEmbeddedStack({ projectRoot });
  const bench = new BenchStack(stack.urls, await stockItems(stack.urls.inventory));
  try {
    await sleep(plan.settle * MS);
    const idle_mb = (usageOf(stack) ?? []).reduce((sum, { pss_mb }) => sum + pss_mb, 0);
    await closedLoop(bench.overHttp(), 8, plan.warmUp);
    const { orders_per_second: orders_8, cpu_ms } = await withCpu(stack, () =>
      closedLoop(bench.overHttp(), 8, plan.closed),
    );
    const plain_cpu_ms = await warmCpu(stack, bench.withoutStepFunctions(), plan.parts);
    const status_cpu_ms = await warmCpu(stack, bench.asking(await bench.confirmedOrder()), plan.parts);
    const { orders_per_second: orders_16 } = await closedLoop(bench.overHttp(), 16, plan.closed);
    const { orders_per_second: polled_16 } = await closedLoop(bench.polling(), 16, plan.closed);
    const spike = await measureSpike(stack, bench, plan);
    return {
      start_ms: stack.startMs,
      idle_mb,
      orders_8,
      orders_16,
      polled_16,
      cpu_ms,
      plain_cpu_ms,
      status_cpu_ms,
      ...spike,
    };
  } finally {
    bench.close();
    await stack.stop();
  }
}

/** Milliseconds of CPU a run, 8 at once. */
async function warmCpu(stack: EmbeddedStack, run: OrderRun, seconds: number): Promise<number> {
  await closedLoop(run, 8, seconds);
  return (await withCpu(stack, () => closedLoop(run, 8, seconds))).cpu_ms;
}

async function withCpu(
  stack: EmbeddedStack,
  load: () => Promise<{ readonly orders: number; readonly orders_per_second: number }>,
): Promise<{ readonly orders_per_second: number; readonly cpu_ms: number }> {
  const before = usageOf(stack);
  const { orders, orders_per_second } = await load();
  const after = usageOf(stack);
  const cpu_ms = before === undefined || after === undefined ? Number.NaN : cpuBetween(before, after) / orders;
  return { orders_per_second, cpu_ms };
}

async function measureSpike(
  stack: EmbeddedStack,
  bench: BenchStack,
  { spike: { before, during, usualRate, rate }, drain }: TreePlan,
): Promise<Pick<TreeFigures, 'accepted_percent' | 'answer_p99_ms' | 'refused_p99_ms' | 'drained_s'>> {
  const phases = [
    { name: 'before', duration: before, arrivalRate: usualRate },
    { name: 'spike', duration: during, arrivalRate: rate },
  ];
  const exchanges = (await openLoop(stack.urls.http, phases, bench.basket)).filter(
    ({ scenario }) => scenario === 'spike',
  );
  const spikeEnded = performance.now();
  const accepted = exchanges.filter((exchange) => statusOf(exchange) === 202);
  const refused = exchanges.filter((exchange) => statusOf(exchange) === 503);
  await bench.drained(accepted.flatMap(orderIdOf), drain);
  return {
    accepted_percent: (accepted.length / exchanges.length) * 100,
    answer_p99_ms: p99Of(accepted),
    refused_p99_ms: p99Of(refused),
    drained_s: (performance.now() - spikeEnded) / MS,
  };
}

function statusOf({ outcome }: Exchange): number | undefined {
  return outcome.kind === 'answered' ? outcome.http_status : undefined;
}

function orderIdOf({ outcome }: Exchange): readonly string[] {
  const body = outcome.kind === 'answered' ? (outcome.body as { readonly data?: { readonly order_id?: string } }) : {};
  return body.data?.order_id === undefined ? [] : [body.data.order_id];
}

/** 0 where there is none: nothing was refused. */
function p99Of(exchanges: readonly Exchange[]): number {
  return percentilesOf(exchanges.map(({ elapsed_ms }) => elapsed_ms))?.p99 ?? 0;
}
