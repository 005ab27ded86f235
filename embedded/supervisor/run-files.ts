import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ConfigurationError } from '../configuration.ts';
import { commandLineOf, endProcess } from './process-table.ts';

const GRACE_MS = 4_000;

const runFileSchema = z.object({
  name: z.string(),
  pid: z.int().positive(),
  port: z.int().positive(),
  /** ISO time. */
  startedAt: z.string(),
  /** Whether the process has begun to serve. */
  ready: z.boolean(),
  /** Arguments that, together, only this process has: with them a later start checks that the id is still ours. */
  identity: z.array(z.string()).min(1),
});

/**
 * Which process runs under a name, e.g. `.embedded/run/inventory.json`. Files outlive a `kill -9`, so a later start can end
 * the processes that were left running.
 */
export type RunFile = Readonly<z.infer<typeof runFileSchema>>;

/** Writes a run file atomically. */
export function writeRunFile(folder: string, runFile: RunFile): void {
  writeJsonFile(folder, runFile.name, runFile);
}

/** Writes `<name>.json` atomically. */
export function writeJsonFile(folder: string, name: string, content: object): void {
  const temporary = join(folder, `.${name}.${process.pid}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(temporary, join(folder, `${name}.json`));
}

/** Removes `<name>.json` if it exists. */
export function removeJsonFile(folder: string, name: string): void {
  rmSync(join(folder, `${name}.json`), { force: true });
}

/** The run file of a name, or undefined when there is no readable one. */
export function readRunFile(folder: string, name: string): RunFile | undefined {
  try {
    return runFileSchema.safeParse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))).data;
  } catch {
    // Absent, or cut short by a crash of the machine: in both cases it names no process.
    return undefined;
  }
}

/** Whether the process of a run file still runs, and its id was not given to another program since. */
export async function isStillRunning(runFile: RunFile): Promise<boolean> {
  const commandLine = await commandLineOf(runFile.pid);
  return commandLine !== undefined && runFile.identity.every((part) => commandLine.includes(part));
}

/**
 * Ends the processes that a killed stack left running. Only a process that still matches its run file is ended, by its id.
 * Node children end by themselves when their parent dies; this waits for them.
 *
 * @param owner the name of the process that owns the others
 * @throws ConfigurationError when the owner itself still runs: the data directory is in use
 */
export async function endLeftoverProcesses(runFolder: string, owner: string): Promise<void> {
  const ownerFile = readRunFile(runFolder, owner);
  if (ownerFile !== undefined && ownerFile.pid !== process.pid && (await isStillRunning(ownerFile))) {
    throw new ConfigurationError(
      `The stack already runs with this data directory (process ${ownerFile.pid}, http://127.0.0.1:${ownerFile.port}). ` +
        'End it with Ctrl-C there, or start another beside it with other ports and EMBEDDED_DATA_DIR=.embedded-2.',
    );
  }
  const others = readRunFiles(runFolder).filter((runFile) => runFile.name !== owner);
  await Promise.all(
    others.map(async (runFile) => {
      if (await isStillRunning(runFile)) {
        await endProcess(runFile.pid, GRACE_MS);
      }
      removeJsonFile(runFolder, runFile.name);
    }),
  );
}

function readRunFiles(folder: string): readonly RunFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readRunFile(folder, file.slice(0, -'.json'.length)))
    .filter((runFile) => runFile !== undefined);
}
