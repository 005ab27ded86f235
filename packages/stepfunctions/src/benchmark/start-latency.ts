import type { Durability } from '../options.ts';
import { call, createMachine, timed } from './client.ts';
import { wait } from './machines.ts';
import { count, type Row, spread } from './table.ts';

const STARTS_PER_SECOND = 200;

/** How long StartExecution takes at a steady rate that does not wait for the answers, while earlier executions go on. */
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
