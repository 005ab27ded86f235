import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** moto's server: services of AWS in memory, from PyPI. */
export interface Moto {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts moto on a free port; answers `undefined` where Python has no moto (`pip install 'moto[server]'`). */
export async function startMoto(): Promise<Moto | undefined> {
  const server = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(server, 'exit').catch(() => undefined);
  const url = await urlOf(server);
  if (url === undefined) {
    await exited;
    return undefined;
  }
  return {
    url,
    close: async () => {
      server.kill('SIGKILL');
      await exited;
    },
  };
}

async function urlOf({ stderr }: ChildProcess): Promise<string | undefined> {
  if (stderr === null) {
    return undefined;
  }
  for await (const line of createInterface({ input: stderr })) {
    const url = /Running on (?<url>http:\S+)/.exec(line)?.groups?.url;
    if (url !== undefined) {
      stderr.resume();
      return url;
    }
  }
  return undefined;
}
