import { arch, cpus, platform, release, totalmem } from 'node:os';

/** The machine that a measurement ran on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memory_gb: number;
  readonly system: string;
  readonly node: string;
}

/** This machine. */
export function thisMachine(): Machine {
  const cores = cpus();
  return {
    processor: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}

/** The machine in one line, for a report. */
export function machineLine({ processor, cores, memory_gb, system, node }: Machine): string {
  return `${processor}, ${cores} cores, ${memory_gb} GB, ${system}, Node ${node}`;
}
