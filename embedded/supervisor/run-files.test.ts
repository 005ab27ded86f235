import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { commandLineOf, isAlive, signal } from './process-table.ts';
import { endLeftoverProcesses, writeRunFile } from './run-files.ts';

let folder: string;
let bystander: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-files-'));
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

test('a process that a killed stack left running is ended by its id, and its run file is removed', async () => {
  note('engine', [folder]);
  await endLeftoverProcesses(folder, 'api');
  expect(isAlive(bystander)).toBe(false);
  expect(await readdir(folder)).toEqual([]);
});

test('another program that was given the id of a dead child is not ended', async () => {
  note('engine', ['/somewhere/else/main.ts']);
  await endLeftoverProcesses(folder, 'api');
  expect(isAlive(bystander)).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test('another program that shares a part of the arguments of a dead child is not ended', async () => {
  note('engine', [folder, '/somewhere/else/main.ts']);
  await endLeftoverProcesses(folder, 'api');
  expect(isAlive(bystander)).toBe(true);
});

test('a stack does not take itself for another one that uses its data directory', async () => {
  const startedAt = new Date().toISOString();
  const own = await commandLineOf(process.pid);
  expect(own).toBeDefined();
  writeRunFile(folder, { name: 'api', pid: process.pid, port: 1, startedAt, ready: true, identity: [own ?? ''] });
  await endLeftoverProcesses(folder, 'api');
  expect(await readdir(folder)).toEqual(['api.json']);
});

test('a data directory in use is refused, and its processes and files are not touched', async () => {
  note('api', [folder]);
  note('engine', [folder]);
  await expect(endLeftoverProcesses(folder, 'api')).rejects.toThrow(`process ${bystander}`);
  expect(isAlive(bystander)).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(['api.json', 'engine.json']);
});

function note(name: string, identity: string[]): void {
  writeRunFile(folder, { name, pid: bystander, port: 1, startedAt: new Date().toISOString(), ready: true, identity });
}
