import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { commandLineOf } from './process-table.ts';

const runFileSchema = z.object({
  name: z.string(),
  pid: z.int().positive(),
  port: z.int().positive(),
  /** ISO time. */
  startedAt: z.string(),
  /** Whether the process has begun to serve. */
  ready: z.boolean(),
  /** Arguments that this process has and, together, no other: by them a later start knows that the id is still ours. */
  identity: z.array(z.string()).min(1),
});

/** Who runs under a name, left on disk so that a later start can end what a `kill -9` left behind. */
export type RunFile = Readonly<z.infer<typeof runFileSchema>>;

/** Writes a run file in one step, so that no reader sees half of it. */
export function writeRunFile(folder: string, runFile: RunFile): void {
  writeJsonFile(folder, runFile.name, runFile);
}

/** Writes `<name>.json` in one step. */
export function writeJsonFile(folder: string, name: string, content: object): void {
  const temporary = join(folder, `.${name}.${process.pid}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(temporary, join(folder, `${name}.json`));
}

/** Removes `<name>.json`; nothing happens when it is not there. */
export function removeJsonFile(folder: string, name: string): void {
  rmSync(join(folder, `${name}.json`), { force: true });
}

/** The run file of a name, or undefined when there is none (or none that can be read as one). */
export function readRunFile(folder: string, name: string): RunFile | undefined {
  try {
    return runFileSchema.safeParse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))).data;
  } catch {
    // Absent, or cut short by a crash of the machine: either way it names no process.
    return undefined;
  }
}

/** All run files of a folder. */
export function readRunFiles(folder: string): readonly RunFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readRunFile(folder, file.slice(0, -'.json'.length)))
    .filter((runFile) => runFile !== undefined);
}

/** Whether the process of a run file still runs, and the id was not given to another program since. */
export async function isStillRunning(runFile: RunFile): Promise<boolean> {
  const commandLine = await commandLineOf(runFile.pid);
  return commandLine !== undefined && runFile.identity.every((part) => commandLine.includes(part));
}
