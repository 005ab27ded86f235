import type { JsonObject } from '../language/json.ts';
import type { Durability } from '../options.ts';
import { call, createMachine, startMany, timed } from './client.ts';
import { chain, wait } from './machines.ts';
import { count, inMs, percentile, type Row, spread } from './table.ts';

const STARTS_PER_SECOND = 200;

/** Measures StartExecution at a steady rate (open loop), while earlier executions run. */
export async function measureStartLatency(url: string, durability: Durability, scale: number): Promise<readonly Row[]> {
  const stateMachineArn = await createMachine(url, 'latency', wait(1));
  const start = (): Promise<unknown> => call(url, 'StartExecution', { stateMachineArn, input: '{"value":1}' });
  await Promise.all(Array.from({ length: 50 }, start));
  const total = Math.max(STARTS_PER_SECOND, 4_000 * scale);
  const begin = performance.now();
  const durations: Promise<number>[] = [];
  while (durations.length < total) {
    const due = Math.floor(((performance.now() - begin) / 1_000) * STARTS_PER_SECOND) + 1;
    while (durations.length < Math.min(due, total)) {
      durations.push(timed(start));
    }
    await new Promise((done) => setTimeout(done, 1));
  }
  return [
    {
      what: `StartExecution at ${STARTS_PER_SECOND}/s, ${count(total)} starts (durability ${durability})`,
      figure: spread(await Promise.all(durations)),
    },
  ];
}

const SAMPLES = 500;

/** Measures single calls with 1,000 to 100,000 executions stored. */
export async function measureGrowth(url: string, scale: number): Promise<readonly Row[]> {
  const arn = await createMachine(url, 'growth', chain(3));
  const rows: Row[] = [];
  let stored = 0;
  for (const wanted of [1_000, 10_000 * scale, 100_000 * scale]) {
    if (wanted <= stored && stored > 0) {
      continue;
    }
    await startMany(url, arn, wanted - stored, 48);
    stored = wanted;
    rows.push({ what: `with ${count(stored)} executions stored, p50`, figure: await sample(url, arn) });
    stored += SAMPLES;
  }
  return rows;
}

async function sample(url: string, stateMachineArn: string): Promise<string> {
  const { executions } = await call(url, 'ListExecutions', { stateMachineArn, maxResults: 1 });
  const executionArn = String((executions as readonly JsonObject[])[0]?.executionArn);
  const calls: readonly (readonly [string, string, JsonObject])[] = [
    ['start', 'StartExecution', { stateMachineArn, input: '{"value":1}' }],
    ['describe', 'DescribeExecution', { executionArn }],
    ['history', 'GetExecutionHistory', { executionArn }],
    ['list 100', 'ListExecutions', { stateMachineArn, maxResults: 100, statusFilter: 'SUCCEEDED' }],
  ];
  const figures: string[] = [];
  for (const [name, action, body] of calls) {
    const durations: number[] = [];
    for (let i = 0; i < SAMPLES; i += 1) {
      durations.push(await timed(() => call(url, action, body)));
    }
    figures.push(`${name} ${inMs(percentile(durations, 0.5))}`);
  }
  return figures.join(', ');
}
