import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';

/** How long a peer may take to answer after its start. */
const START_MS = 120_000;

/** What to run. */
export interface PeerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Any answer from here means that it has started; of a `tcp:` address, that its port is open. */
  readonly ready: string;
}

/** A process of a peer, with all that it starts. */
export interface PeerProcess {
  readonly kill: () => Promise<void>;
  readonly memory: () => Promise<number | undefined>;
}

/**
 * Starts a process, and waits until it answers.
 *
 * @throws {Error} it ended before, or did not answer in two minutes
 */
export async function startProcess({ program, args, env, cwd, ready }: PeerCommand): Promise<PeerProcess> {
  // A group of its own, so that a kill reaches its children too.
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-2_000);
  });
  const kill = () => killGroup(child);
  const deadline = Date.now() + START_MS;
  while (!(await answers(ready))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await kill();
      throw new Error(`${program} did not start: ${complaint}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { kill, memory: () => residentBytes(child.pid ?? 0) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const { protocol, hostname, port } = new URL(url);
    if (protocol === 'tcp:') {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.destroy();
      return true;
    }
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}

/** Resident memory of a process and its descendants; undefined where there is no /proc. */
async function residentBytes(root: number): Promise<number | undefined> {
  const folders = await readdir('/proc').catch(() => []);
  const processes = await Promise.all(
    folders
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const text = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
        const numberOf = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
        return { pid: Number(name), parent: numberOf('PPid'), bytes: numberOf('VmRSS') * 1_024 };
      }),
  );
  const bytesUnder = (pid: number): number =>
    processes
      .filter(({ parent }) => parent === pid)
      .reduce((sum, child) => sum + child.bytes + bytesUnder(child.pid), 0);
  const own = processes.find(({ pid }) => pid === root);
  return own === undefined ? undefined : own.bytes + bytesUnder(root);
}
