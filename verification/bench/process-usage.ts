import { readFileSync } from 'node:fs';
import type { EmbeddedStack } from '../../embedded/stack.ts';

/** The memory and processor time of a process. */
export interface ProcessUsage {
  readonly name: string;
  readonly pid: number;
  /** Resident memory, pages shared with others included. */
  readonly rss_mb: number;
  /** Resident memory, shared pages divided among the processes that share them. */
  readonly pss_mb: number;
  /** Processor time since the process began. */
  readonly cpu_ms: number;
}

/** Linux counts processor time in ticks, 100 a second on every platform that Node runs on. */
const MS_PER_TICK = 10;

/** The usage of every process of a stack, its launcher included; undefined on systems without /proc. */
export function usageOf(stack: EmbeddedStack): readonly ProcessUsage[] | undefined {
  return readUsage(processesOf(stack));
}

/** Processor milliseconds that a stack, or one process of it, took between two readings. */
export function cpuBetween(before: readonly ProcessUsage[], after: readonly ProcessUsage[], part?: string): number {
  const sum = (all: readonly ProcessUsage[]) =>
    all.reduce((total, { name, cpu_ms }) => (part === undefined || part === name ? total + cpu_ms : total), 0);
  return sum(after) - sum(before);
}

function processesOf(stack: EmbeddedStack): readonly { readonly name: string; readonly pid: number }[] {
  const processes = stack.processes();
  const api = processes.find(({ name }) => name === 'api');
  const launcher = api && parentOf(api.pid);
  return launcher === undefined ? processes : [...processes, { name: 'launcher', pid: launcher }];
}

/** The usage of processes now, from /proc; undefined on systems without it. */
function readUsage(
  processes: readonly { readonly name: string; readonly pid: number }[],
): readonly ProcessUsage[] | undefined {
  if (process.platform !== 'linux') {
    return undefined;
  }
  return processes.map(({ name, pid }) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const megabytes = (field: string) =>
      Math.round(Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) / 1024);
    return { name, pid, rss_mb: megabytes('Rss'), pss_mb: megabytes('Pss'), cpu_ms: cpuMs(pid) };
  });
}

/** The parent of a process; undefined on systems without /proc. */
function parentOf(pid: number): number | undefined {
  return process.platform === 'linux' ? Number(statFields(pid)[1]) : undefined;
}

function cpuMs(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** The fields from the third on; the second is the program's name, which may hold spaces and parentheses. */
function statFields(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
