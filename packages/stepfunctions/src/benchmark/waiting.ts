import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerProcess } from '../testing/server-process.ts';
import { createMachine, startMany, timed, untilIdle } from './client.ts';
import { wait } from './machines.ts';
import { count, inMs, type Row } from './table.ts';

const DAY_SECONDS = 86_400;

/** Resident memory of a process in bytes. */
function residentBytes(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1_024;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_024).toFixed(2)} KiB`;
}
function megabytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(0)} MiB`;
}

/** Measures the memory and disk of executions in a Wait state, and a restart with all of them. */
export async function measureWaiting(server: ServerProcess, dataDir: string, scale: number): Promise<readonly Row[]> {
  const executions = 100_000 * scale;
  const arn = await createMachine(server.url, 'waiting', wait(DAY_SECONDS));
  await startMany(server.url, arn, 3_000, 48);
  const before = residentBytes(server.pid);
  const ms = await timed(() => startMany(server.url, arn, executions, 48));
  const after = residentBytes(server.pid);
  const file = statSync(join(dataDir, 'stepfunctions.sqlite')).size;
  await server.kill();
  const restart = await timed(() => server.start());
  const fresh = residentBytes(server.pid);
  const short = await createMachine(server.url, 'short', wait(1));
  await startMany(server.url, short, 5_000 * scale, 48);
  const fired = await timed(() => untilIdle(server.url, short));
  return [
    {
      what: `${count(executions)} executions in a Wait state: started at`,
      figure: `${count((executions / ms) * 1_000)}/s`,
    },
    {
      what: 'memory of the process before, after, and after a restart with all of them',
      figure: `${megabytes(before)}, ${megabytes(after)}, ${megabytes(fresh)}`,
    },
    {
      what: 'each of them: memory, disk',
      figure: `${kilobytes((after - before) / executions)}, ${kilobytes(file / (executions + 3_000))}`,
    },
    { what: 'restart (kill -9, start, listening) with all of them', figure: inMs(restart) },
    { what: `${count(5_000 * scale)} more that wait for 1 s end after their starts within`, figure: inMs(fired) },
  ];
}
