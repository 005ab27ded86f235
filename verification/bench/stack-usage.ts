import type { EmbeddedStack } from '../../embedded/stack.ts';
import { type ProcessUsage, parentOf, readUsage } from './process-usage.ts';

/** What every process of a stack has used so far, the one that started them included; undefined without /proc. */
export function usageOf(stack: EmbeddedStack): readonly ProcessUsage[] | undefined {
  return readUsage(processesOf(stack));
}

/** Processor milliseconds that a stack, or one part of it, took between two looks. */
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
