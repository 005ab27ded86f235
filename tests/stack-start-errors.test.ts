import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PORTS, type Ports, PROJECT_ROOT, portNames } from '../embedded/configuration.ts';
import { prepareDataDirectory } from '../embedded/data-directory.ts';
import { eventually } from '../embedded/eventually.ts';
import { findFreePorts } from '../embedded/ports.ts';
import { STACK_PROCESSES } from '../embedded/stack.ts';
import { isAlive } from '../embedded/supervisor/process-table.ts';
import { readRunFile } from '../embedded/supervisor/run-files.ts';

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
  const ended = await npmStart([], { ...variablesOf(ports), EMBEDDED_DATA_DIR: folder });
  occupant.close();

  expect(ended.code).toBe(1);
  expect(ended.output).toContain(`Port ${ports.inventory} is taken`);
  expect(ended.output).toContain('the Inventory service (gRPC) needs it');
  expect(ended.output).toMatch(/INVENTORY_PORT=\d+ npm start/);
  expect(await readdir(join(folder, 'run'))).toEqual([]);
});

test('npm start names damaged tables, the cause and the mend', async () => {
  const data = join(folder, 'data');
  prepareDataDirectory(data);
  await writeFile(join(data, 'dynamodb.sqlite'), 'damaged '.repeat(2_000));
  const ended = await npmStart([], { ...variablesOf(await findFreePorts()), EMBEDDED_DATA_DIR: data });
  expect(ended.code).toBe(1);
  expect(ended.output).toContain(
    `The tables in ${join(data, 'dynamodb.sqlite')} are damaged (Error: file is not a database)`,
  );
  expect(ended.output).toContain(`Restore ${data} from a backup`);
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

test.each([
  ['LOG_LEVEL', 'loud', 'must be one of TRACE, DEBUG, INFO, WARN, ERROR, CRITICAL, SILENT'],
  ['PAYMENT_WINDOW_SECONDS', 'soon', 'must be a number'],
  ['HTTP_PORT', '99999', 'must be a whole number from 1 to 65535'],
])('npm start names %s and what it must be in one line, where its value is %s', async (variable, value, mend) => {
  const ended = await npmStart([], { [variable]: value, EMBEDDED_DATA_DIR: folder });
  expect(ended.code).toBe(1);
  expect(ended.output.trim().split('\n')).toEqual([expect.stringContaining(`${variable} is '${value}'; `)]);
  expect(ended.output).toContain(mend);
});

test('npm start -- --json tells a program in one line why the stack did not start', async () => {
  const ended = await npmStart(['--json'], { LOG_LEVEL: 'loud', EMBEDDED_DATA_DIR: folder });
  expect(ended.code).toBe(1);
  expect(JSON.parse(ended.output)).toEqual({ event: 'failed', reason: expect.stringContaining("LOG_LEVEL is 'loud'") });
});

test('npm start names a data folder that a file stands in the way of, the cause and the mend', async () => {
  await writeFile(join(folder, 'file'), '');
  const ended = await npmStart([], { EMBEDDED_DATA_DIR: join(folder, 'file', 'data') });
  expect(ended.code).toBe(1);
  expect(ended.output.trim()).toBe(
    `The data folder ${join(folder, 'file', 'data')} cannot be used: a file is in the way of the folder. ` +
      'Name another folder by EMBEDDED_DATA_DIR.',
  );
});

test.each([
  ['a file where a folder of the stack belongs', 'logs', 'a file is in the way of a folder'],
  ['a folder where a file of the stack belongs', join('embedded-stack.txt', 'x'), 'a folder is in the way of a file'],
  ['a folder where a log belongs', join('logs', 'inventory.log', 'x'), 'a folder is in the way of a file'],
])('npm start names %s, without a stack trace', async (_what, file, cause) => {
  const data = join(folder, 'data');
  await mkdir(dirname(join(data, file)), { recursive: true });
  await writeFile(join(data, file), '');
  if (!file.startsWith('embedded-stack.txt')) {
    await writeFile(join(data, 'embedded-stack.txt'), '');
  }
  const ended = await npmStart([], { ...variablesOf(await findFreePorts()), EMBEDDED_DATA_DIR: data });
  expect(ended.code).toBe(1);
  expect(ended.output).toContain(file.endsWith('x') ? dirname(join(data, file)) : join(data, file));
  expect(ended.output).toContain(cause);
  expect(ended.output).toContain('Move it away, or name another folder by EMBEDDED_DATA_DIR.');
  expect(ended.output).not.toContain('node:fs');
});

test('npm start does without a compile cache where its folder cannot be', async () => {
  await writeFile(join(folder, 'file'), '');
  const ended = await npmStart(['--help'], { NODE_COMPILE_CACHE: join(folder, 'file', 'cache') });
  expect(ended.code).toBe(0);
  expect(ended.output).toMatch(/^npm start \[-- options\]/);
});

test('npm start says so, and ends, where another program takes the inner port of the API in between', async () => {
  const ports = await findFreePorts();
  const environment = { ...variablesOf(ports), EMBEDDED_DATA_DIR: folder, NODE_OPTIONS: takingOtherPorts(ports) };
  const ended = await npmStart([], environment);
  expect(ended.code).toBe(1);
  expect(ended.output.trim().split('\n').slice(-2)).toEqual([
    'The stack did not start.',
    expect.stringMatching(
      /^The HTTP API did not start: its inner port \d+ was taken by another program in between\. Start again\.$/,
    ),
  ]);
  const pids = STACK_PROCESSES.map((name) => readRunFile(join(folder, 'run'), name)?.pid);
  expect(pids).toEqual(STACK_PROCESSES.map(() => expect.any(Number)));
  await eventually(() => !pids.some((pid) => isAlive(pid ?? 0)), { what: 'the end of all processes' });
}, 60_000);

/** Options by which a server of the stack finds its port taken, unless the port is one of these. */
function takingOtherPorts(ports: Ports): string {
  const module = `
    import { createServer, Server } from 'node:net';
    const { listen } = Server.prototype;
    Server.prototype.listen = function (port, ...more) {
      if (typeof port !== 'number' || port === 0 || ${JSON.stringify(Object.values(ports))}.includes(port)) {
        return listen.call(this, port, ...more);
      }
      const other = createServer().unref();
      listen.call(other, port, '127.0.0.1', () => listen.call(this, port, ...more));
      return this;
    };`;
  return `--import "data:text/javascript,${encodeURIComponent(module)}"`;
}

// A read-only disk needs a namespace: the tests may run as root, whom no permission stops.
const withReadOnlyDisk =
  spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o ro tmpfs /mnt']).status === 0 ? test : test.skip;

withReadOnlyDisk('npm start names a data folder on a read-only disk, the cause and the mend', async () => {
  const readOnly = 'mount -t tmpfs -o ro tmpfs "$EMBEDDED_DATA_DIR" && exec "$0" "$@"';
  const ended = await npmStart([], { EMBEDDED_DATA_DIR: folder }, ['unshare', '-rm', 'sh', '-c', readOnly]);
  expect(ended.code).toBe(1);
  expect(ended.output.trim()).toBe(
    `The data folder ${folder} cannot be used: the disk is read-only. Name a folder on another disk by EMBEDDED_DATA_DIR.`,
  );
});

withReadOnlyDisk('npm start names tables that cannot be written, the cause and the mend', async () => {
  prepareDataDirectory(folder);
  const tables = join(folder, 'dynamodb.sqlite');
  await writeFile(tables, '');
  const readOnly = `mount --bind "${tables}" "${tables}" && mount -o remount,ro,bind "${tables}" && exec "$0" "$@"`;
  const environment = { ...variablesOf(await findFreePorts()), EMBEDDED_DATA_DIR: folder };
  const ended = await npmStart([], environment, ['unshare', '-rm', 'sh', '-c', readOnly]);
  expect(ended.code).toBe(1);
  expect(ended.output).toMatch(
    /EROFS: [^\n]*dynamodb\.sqlite'?: the disk is read-only\. Name a folder on another disk by EMBEDDED_DATA_DIR\./,
  );
  expect(ended.output).not.toContain('    at ');
});

function variablesOf(ports: Ports): NodeJS.ProcessEnv {
  return Object.fromEntries(portNames().map((name) => [PORTS[name].variable, String(ports[name])]));
}

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
  wrapper: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const [program = '', ...words] = [...wrapper, process.execPath, join(PROJECT_ROOT, 'embedded', 'start.mjs')];
  const child = spawn(program, [...words, ...options], {
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
