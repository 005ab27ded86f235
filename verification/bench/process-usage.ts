import { readFileSync } from 'node:fs';

/** What a process has of the machine. */
export interface ProcessUsage {
  readonly name: string;
  readonly pid: number;
  /** Resident memory, pages shared with others included. */
  readonly rss_mb: number;
  /** Resident memory, shared pages divided among those who share them. */
  readonly pss_mb: number;
  /** Time on a processor since the process began. */
  readonly cpu_ms: number;
}

/** Linux's clock tick, 100 a second on every platform that Node runs on. */
const MS_PER_TICK = 10;

/** What some processes have now, as /proc tells; undefined on systems that have none, and without those that have ended. */
export function readUsage(
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

/** The process that started this one; undefined where /proc does not tell. */
export function parentOf(pid: number): number | undefined {
  return process.platform === 'linux' ? Number(statFields(pid)[1]) : undefined;
}

function cpuMs(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** From the third on: the second is the program's name, which may hold spaces and parentheses. */
function statFields(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
