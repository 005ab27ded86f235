import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { endLeftovers } from './leftovers.ts';
import { isAlive, signal } from './process-table.ts';
import { writeRunFile } from './run-file.ts';

let folder: string;
let bystander: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leftovers-'));
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', folder], { stdio: 'ignore' });
  if (child.pid === undefined) {
    throw new Error('The test has no child.');
  }
  bystander = child.pid;
});

afterEach(async () => {
  signal(bystander, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('a process of ours is ended by its id and its run file removed', async () => {
  note('engine', [folder]);
  await endLeftovers(folder, 'api');
  expect(isAlive(bystander)).toBe(false);
  expect(await readdir(folder)).toEqual([]);
});

test('a process that was given the id of a dead child of ours is let alone', async () => {
  note('engine', ['/somewhere/else/main.ts']);
  await endLeftovers(folder, 'api');
  expect(isAlive(bystander)).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test('a data directory in use is refused and nothing of it is touched', async () => {
  note('api', [folder]);
  note('engine', [folder]);
  await expect(endLeftovers(folder, 'api')).rejects.toThrow(`process ${bystander}`);
  expect(isAlive(bystander)).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(['api.json', 'engine.json']);
});

function note(name: string, identity: string[]): void {
  writeRunFile(folder, { name, pid: bystander, port: 1, startedAt: new Date().toISOString(), ready: true, identity });
}
