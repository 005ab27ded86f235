import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually, NotInTimeError } from '../eventually.ts';

const run = promisify(execFile);
const EXIT_POLL_MS = 20;

/** Whether a process with this id exists, even one that this user may not signal. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

/**
 * The command line of a process as the operating system knows it, or undefined when there is no such process.
 *
 * @throws Error when the process exists, but the system does not say what it is
 */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  try {
    switch (process.platform) {
      case 'linux':
        return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim() || undefined;
      case 'win32': {
        const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`;
        return (await run('powershell', ['-NoProfile', '-Command', query])).stdout.trim() || undefined;
      }
      default:
        return (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout.trim() || undefined;
    }
  } catch (error) {
    if (!isAlive(pid)) {
      return undefined;
    }
    throw new Error(`Could not ask the system what process ${pid} is.`, { cause: error });
  }
}

/** Sends a signal to one process; returns false when it is already gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (isErrno(error, 'ESRCH')) {
      return false;
    }
    throw error;
  }
}

/** Ends one process with SIGTERM, and with SIGKILL after the grace period. Resolves once it is gone. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  if (signal(pid, 'SIGTERM') && !(await exitsWithin(pid, graceMs))) {
    signal(pid, 'SIGKILL');
    await exitsWithin(pid, graceMs);
  }
}

async function exitsWithin(pid: number, withinMs: number): Promise<boolean> {
  try {
    return await eventually(() => !isAlive(pid), { withinMs, pollMs: EXIT_POLL_MS });
  } catch (error) {
    if (error instanceof NotInTimeError) {
      return false;
    }
    throw error;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
