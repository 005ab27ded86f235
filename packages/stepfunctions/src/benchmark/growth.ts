import type { JsonObject } from '../language/json.ts';
import { call, createMachine, startMany, timed } from './client.ts';
import { chain } from './machines.ts';
import { count, inMs, percentile, type Row } from './table.ts';

const SAMPLES = 500;

/** What single calls cost with 1,000 and with 100,000 executions stored. */
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
