import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PORTS, PROJECT_ROOT, portNames } from '../embedded/configuration.ts';
import { findFreePorts } from '../embedded/ports.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-test-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('npm start fails on a busy port, and says what needs it and how to change it', async () => {
  const ports = await findFreePorts();
  const occupant = await listen(ports.inventory);
  const variables = Object.fromEntries(portNames().map((name) => [PORTS[name].variable, String(ports[name])]));
  const ended = await npmStart([], { ...variables, EMBEDDED_DATA_DIR: folder });
  occupant.close();

  expect(ended.code).toBe(1);
  expect(ended.output).toContain(`Port ${ports.inventory} is taken`);
  expect(ended.output).toContain('the Inventory service (gRPC) needs it');
  expect(ended.output).toMatch(/INVENTORY_PORT=\d+ npm start/);
  expect(await readdir(join(folder, 'run'))).toEqual([]);
});

test('npm start -- --fresh refuses to delete files that the stack did not create', async () => {
  await mkdir(join(folder, 'photos'));
  await writeFile(join(folder, 'photos', 'summer.jpg'), 'precious');
  const ended = await npmStart(['--fresh'], { EMBEDDED_DATA_DIR: folder });

  expect(ended.code).toBe(1);
  expect(ended.output).toContain("files that are not the stack's");
  expect(await readdir(folder)).toEqual(['photos']);
});

test('npm start names an unknown option and lists the known ones', async () => {
  const ended = await npmStart(['--frehs'], { EMBEDDED_DATA_DIR: folder });
  expect(ended.code).toBe(1);
  expect(ended.output).toContain("'--frehs'");
  expect(ended.output).toContain('--fresh');
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function npmStart(
  options: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'embedded', 'start.mjs'), ...options], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
