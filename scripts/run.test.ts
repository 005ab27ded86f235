import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../embedded/configuration.ts';
import { eventually } from '../embedded/eventually.ts';
import { isAlive } from '../embedded/supervisor/process-table.ts';

const RUN = join(PROJECT_ROOT, 'scripts', 'run.mjs');

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-'));
  program = join(folder, 'program.mjs');
  await writeFile(
    program,
    `process.on('SIGTERM', () => process.exit(5));
    console.log(JSON.stringify({ isMain: import.meta.main, args: process.argv.slice(2) }));
    if (process.argv[2] === 'wait') setInterval(() => undefined, 1_000); else process.exitCode = 3;`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Without execve, as on Windows and Node 20, the program runs as a child.
const WITHOUT_EXECVE = ['--import', 'data:text/javascript,process.execve=undefined'];

test.each([
  ['in its own process', []],
  ['as a child', WITHOUT_EXECVE],
])('the launcher runs a program %s with its arguments, and ends with its exit code', async (_how, flags) => {
  const launcher = launch(flags, ['--port', '1']);
  const [output, [code]] = await Promise.all([text(launcher.stdout), once(launcher, 'exit')]);
  expect(JSON.parse(output)).toEqual({ isMain: true, args: ['--port', '1'] });
  expect(code).toBe(3);
});

test.each([
  ['in its own process', []],
  ['as a child', WITHOUT_EXECVE],
])('a program that the launcher runs %s gets SIGTERM and ends gracefully', async (_how, flags) => {
  const launcher = launch(flags, ['wait']);
  launcher.stdout.once('data', () => launcher.kill('SIGTERM'));
  expect((await once(launcher, 'exit'))[0]).toBe(5);
});

test.each([
  [{}, 'localhost,127.0.0.1,::1,[::1]'],
  [{ no_proxy: '.corp, 127.0.0.1' }, '.corp,127.0.0.1,localhost,::1,[::1]'],
  [{ NO_PROXY: '.corp' }, '.corp,localhost,127.0.0.1,::1,[::1]'],
  [{ no_proxy: '*' }, '*'],
])('a program that the launcher runs asks no proxy for this machine, with %j', async (environment, expected) => {
  const args = ['--print', 'JSON.stringify([process.env.no_proxy, process.env.NO_PROXY])'];
  const { no_proxy: _lower, NO_PROXY: _upper, ...rest } = process.env;
  const launcher = spawn(process.execPath, [RUN, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...rest, ...environment },
  });
  expect(JSON.parse(await text(launcher.stdout))).toEqual([expected, expected]);
});

const unlessWindows = process.platform === 'win32' ? test.skip : test;

// npm runs a script by `sh -c`. A shell that does not hand its process over stays as parent of the launcher.
unlessWindows.each([
  ['in its own process', []],
  ['as a child', WITHOUT_EXECVE],
])('a program that the launcher runs %s ends when npm is killed, and the shell stays', async (_how, flags) => {
  await writeFile(
    join(folder, 'watching.mjs'),
    `import { onNpmExit } from ${JSON.stringify(join(PROJECT_ROOT, 'embedded', 'npm-watch.mjs'))};
    setInterval(() => undefined, 1_000);
    process.on('SIGTERM', () => process.exit());
    onNpmExit(() => process.exit());
    console.log(process.pid);`,
  );
  const words = [process.execPath, ...flags, RUN, join(folder, 'watching.mjs')].map((word) => JSON.stringify(word));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { start: `${words.join(' ')}; exit` } }));
  // The test must not outlive npm by a pipe that the program holds.
  const npm = spawn('npm', ['--silent', 'start'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = Number((await once(npm.stdout, 'data'))[0]);
  expect(isAlive(pid)).toBe(true);
  npm.kill('SIGKILL');
  await eventually(() => !isAlive(pid), { what: 'the program has ended' });
});

function launch(flags: readonly string[], args: readonly string[]) {
  const launcher = [...flags, RUN, program, ...args];
  return spawn(process.execPath, launcher, { stdio: ['ignore', 'pipe', 'inherit'] });
}
