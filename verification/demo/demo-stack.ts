import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readConfiguration } from '../../embedded/configuration.ts';
import { dataDirectoryAt } from '../../embedded/data-directory.ts';
import { eventually } from '../../embedded/eventually.ts';
import { type EmbeddedStack, type StackProcessName, startEmbeddedStack } from '../../embedded/stack.ts';
import { signal } from '../../embedded/supervisor/process-table.ts';
import { isStillRunning, readRunFile } from '../../embedded/supervisor/run-files.ts';
import { isServing } from '../stack/stack-addresses.ts';

/** The stack of a demo: its addresses, and how to crash a process of it. */
export interface DemoStack extends Pick<EmbeddedStack, 'kill' | 'isBack'> {
  readonly urls: Pick<EmbeddedStack['urls'], 'http' | 'endpoint' | 'inventory'>;
  /** Stops the stack if it was started for the demo; one that was there before keeps running. */
  readonly release: () => Promise<void>;
}

const readyFile = z.object({ urls: z.object({ http: z.string(), endpoint: z.string(), inventory: z.string() }) });
const BACK_WITHIN_MS = 60_000;

/**
 * The stack that `npm start` runs on this machine; where there is none, a temporary one on free ports.
 *
 * @param startOwn start a temporary one even if one runs
 * @param say takes lines of progress
 */
export async function openDemoStack(startOwn: boolean, say: (line: string) => void): Promise<DemoStack> {
  const running = startOwn ? undefined : await runningStack();
  if (running !== undefined) {
    say(`Using the stack that runs at ${running.urls.http}.`);
    return running;
  }
  say('Starting a stack for the demo on free ports ...');
  const stack = await startEmbeddedStack();
  say(`It is ready at ${stack.urls.http} after ${(stack.startMs / 1000).toFixed(1)} s.`);
  const release = async () => {
    await stack.stop();
  };
  return { urls: stack.urls, kill: stack.kill, isBack: stack.isBack, release };
}

/** The running stack of this checkout's data directory, found by its run files. */
async function runningStack(): Promise<DemoStack | undefined> {
  const { run } = dataDirectoryAt(readConfiguration(process.env).dataDirectory);
  const file = join(run, 'ready.json');
  const api = readRunFile(run, 'api');
  if (api === undefined || !existsSync(file) || !(await isStillRunning(api))) {
    return undefined;
  }
  const { urls } = readyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (!(await isServing(urls.http))) {
    return undefined;
  }
  return {
    urls,
    release: async () => {},
    kill: (name, signalName) => {
      const found = readRunFile(run, name);
      if (found === undefined) {
        throw new Error(`The running stack has no process ${name}`);
      }
      signal(found.pid, signalName);
      return found.pid;
    },
    isBack: (name, oldPid) => waitUntilBack(run, name, oldPid),
  };
}

async function waitUntilBack(run: string, name: StackProcessName, oldPid: number): Promise<void> {
  const isBack = async (): Promise<boolean> => {
    const found = readRunFile(run, name);
    return found?.ready === true && found.pid !== oldPid && (await isStillRunning(found));
  };
  await eventually(isBack, { withinMs: BACK_WITHIN_MS, pollMs: 50, what: `${name} is back` });
}
