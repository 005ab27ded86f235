import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../embedded/configuration.ts';
import { eventually } from '../embedded/eventually.ts';
import { isAlive, signal } from '../embedded/supervisor/process-table.ts';

const STARTER = [
  'scripts/run.mjs',
  'scripts/install-when-needed.mjs',
  'scripts/installation-reporter.mjs',
  'scripts/installed-packages.mjs',
  'embedded/npm-watch.mjs',
  'embedded/proxy-bypass.mjs',
];

/** A fresh clone of a small project: one package, one development package, both in its own folder. */
let clone: string;
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'clone-'));
  await mkdir(join(clone, 'scripts'));
  await mkdir(join(clone, 'embedded'));
  for (const file of STARTER) {
    await copyFile(join(PROJECT_ROOT, file), join(clone, file));
  }
  for (const name of ['server', 'compiler']) {
    await mkdir(join(clone, name));
    await write(`${name}/package.json`, { name, version: '1.0.0' });
  }
  const dependencies = { dependencies: { server: 'file:server' }, devDependencies: { compiler: 'file:compiler' } };
  await write('package.json', { name: 'shop', version: '1.0.0', ...dependencies });
  await write('package-lock.json', {
    name: 'shop',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'shop', version: '1.0.0', ...dependencies },
      compiler: { version: '1.0.0', dev: true },
      server: { version: '1.0.0' },
      'node_modules/compiler': { resolved: 'compiler', link: true },
      'node_modules/server': { resolved: 'server', link: true },
    },
  });
});
afterEach(() => rm(clone, { recursive: true, force: true }));

test.each([
  ['NODE_ENV=production', { NODE_ENV: 'production' }],
  ['omit=dev in npm’s configuration', { npm_config_omit: 'dev' }],
  ['production=true in npm’s configuration', { npm_config_production: 'true' }],
  ['NPM_CONFIG_OMIT=dev in npm’s configuration', { NPM_CONFIG_OMIT: 'dev optional' }],
  ['dry-run in npm’s configuration', { npm_config_dry_run: 'true' }],
  ['global in npm’s configuration', { npm_config_global: 'true' }],
  ['location=global in npm’s configuration', { npm_config_location: 'global' }],
  ['package-lock-only in npm’s configuration', { npm_config_package_lock_only: 'true' }],
  ['a workspace in npm’s configuration', { npm_config_workspace: 'packages/one' }],
])('a start with %s installs the development packages, which it needs', async (_setting, environment) => {
  expect(await start(environment)).toMatchObject({ code: 0 });
  expect(await installed()).toEqual(['compiler', 'server']);
});

test('a start installs nothing where every package is there', async () => {
  await start();
  expect(await start({ PATH: await npmThat('process.exit(1)') })).toMatchObject({ code: 0, output: '' });
});

test('a start repairs node_modules from which somebody removed the development packages', async () => {
  await start();
  await rm(join(clone, 'node_modules', 'compiler'));
  expect((await start()).output).toContain('Packages are missing: installing them');
  expect(await installed()).toEqual(['compiler', 'server']);
});

test('a start repairs node_modules from which somebody removed a package that only another package needs', async () => {
  const lock = JSON.parse(await readFile(join(clone, 'package-lock.json'), 'utf8'));
  const helper = { version: '1.0.0', resolved: 'file:helper.tgz' };
  const helps = { dependencies: { helper: 'file:../helper.tgz' } };
  await mkdir(join(clone, 'package'));
  await write('package/package.json', { name: 'helper', version: '1.0.0' });
  spawnSync('tar', ['-czf', 'helper.tgz', 'package'], { cwd: clone });
  await write('server/package.json', { name: 'server', version: '1.0.0', ...helps });
  await write('package-lock.json', {
    ...lock,
    packages: { ...lock.packages, server: { version: '1.0.0', ...helps }, 'node_modules/helper': helper },
  });
  await start();
  await rm(join(clone, 'node_modules', 'helper'), { recursive: true });
  expect((await start()).output).toContain('Packages are missing: installing them');
  expect(await installed()).toEqual(['compiler', 'helper', 'server']);
});

test('an installation that leaves packages out is named, and the next start tries again', async () => {
  const leavesOut = await npmThat("require('node:fs').mkdirSync('node_modules/server', { recursive: true })");
  const failed = await start({ PATH: leavesOut });
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('npm install left out server, compiler.');

  expect((await start()).code).toBe(0);
  expect(await installed()).toEqual(['compiler', 'server']);
});

test('a start after an installation that was killed begins it again, without the half packages', async () => {
  const isKilled = await npmThat(`
    require('node:fs').mkdirSync('node_modules/half', { recursive: true });
    require('node:fs').writeFileSync('node_modules/half/package.json', '{}');
    process.kill(process.pid, 'SIGKILL');`);
  const killed = await start({ PATH: isKilled });
  expect(killed.code).toBe(1);
  expect(killed.output).toContain('npm install was ended by SIGKILL');

  expect((await start()).output).toContain('cut short: installing packages from the beginning');
  expect(await installed()).toEqual(['compiler', 'server']);
});

test('an installation that npm gives up says so, and the next start tries again', async () => {
  const failed = await start({ PATH: await npmThat("console.error('no network'); process.exit(1)") });
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('no network');
  expect(failed.output).toContain('npm install failed with exit code 1');
  expect((await start()).code).toBe(0);
});

test('a second start waits while the first one installs', async () => {
  await mkdir(join(clone, 'node_modules'));
  await writeFile(join(clone, 'node_modules', '.installation-unfinished'), String(process.pid));
  const says = `Process ${process.pid} is installing packages`;
  const second = start({}, [], 'program.mjs', (output) => {
    if (output.includes(says)) {
      rmSync(join(clone, 'node_modules', '.installation-unfinished'));
    }
  });
  expect((await second).output).toContain(says);
  expect(await installed()).toEqual(['compiler', 'server']);
});

test('a start after one that was killed waits for the npm that it left behind', async () => {
  const isSlow = await npmThat(`
    require('node:fs').writeFileSync('npm.pid', String(process.pid));
    setInterval(() => require('node:fs').existsSync('go-on') && process.exit(), 20);`);
  const killed = start({ PATH: isSlow });
  const npm = await eventually(() => readFile(join(clone, 'npm.pid'), 'utf8').then(Number, () => undefined));
  await eventually(async () => (await readFile(unfinishedFile(), 'utf8')).includes(`${npm}`), { what: 'npm is noted' });
  process.kill(Number.parseInt(await readFile(unfinishedFile(), 'utf8'), 10), 'SIGKILL');
  const next = start({}, [], 'program.mjs', (output) => {
    if (output.includes(`Process ${npm} is installing packages`)) {
      writeFileSync(join(clone, 'go-on'), '');
    }
  });
  expect((await next).output).toContain('cut short: installing packages from the beginning');
  expect(await installed()).toEqual(['compiler', 'server']);
  await killed;
});

test('an installation goes on when the reader of its output has ended', async () => {
  const reader = (child: ChildProcess) => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  expect((await start({}, [], 'embedded/start.mjs', undefined, reader)).code).toBe(0);
  expect(await installed()).toEqual(['compiler', 'server']);
});

const unlessWindows = process.platform === 'win32' ? test.skip : test;

unlessWindows('an installation ends when the npm that runs the script is killed, and nothing is started', async () => {
  await npmThat(`
    require('node:fs').writeFileSync('npm.pid', String(process.pid));
    setInterval(() => undefined, 1_000);`);
  await write('package.json', {
    name: 'shop',
    scripts: { start: `PATH="${join(clone, 'bin')}:$PATH" ${process.execPath} scripts/run.mjs program.mjs; exit` },
  });
  await writeFile(join(clone, 'program.mjs'), "import { writeFileSync } from 'node:fs'; writeFileSync('started', '');");
  const outer = spawn('npm', ['--silent', 'start'], { cwd: clone, stdio: 'ignore' });
  const npm = await eventually(() => readFile(join(clone, 'npm.pid'), 'utf8').then(Number, () => undefined));
  const starter = Number.parseInt(await readFile(unfinishedFile(), 'utf8'), 10);
  outer.kill('SIGKILL');
  try {
    await eventually(() => !isAlive(npm) && !isAlive(starter), { what: 'the installation has ended' });
  } finally {
    signal(npm, 'SIGKILL');
  }
  expect(existsSync(join(clone, 'started'))).toBe(false);
});

test('standard output belongs to the program alone, whatever is installed before', async () => {
  const { output, standardOutput } = await start({}, ['--json']);
  expect(output).toContain('Packages are installed');
  expect(standardOutput).toBe('');
});

test('with --json the start of the stack tells of the installation in events', async () => {
  const { standardOutput } = await start({}, ['--json'], 'embedded/start.mjs');
  const events = standardOutput
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[0]).toEqual({ event: 'installing', reason: expect.stringContaining('Installing packages') });
  expect(events.at(-1)).toEqual({ event: 'installed', seconds: expect.any(Number) });
});

test('with --json an installation that fails is an event, and nothing else of ours is told', async () => {
  const environment = { PATH: await npmThat('process.exit(1)') };
  const { code, output, standardOutput } = await start(environment, ['--json'], 'embedded/start.mjs');
  expect(code).toBe(1);
  const problems = output.slice(standardOutput.length).trim().split('\n');
  expect(problems.map((line) => JSON.parse(line))).toEqual([
    { event: 'failed', reason: expect.stringContaining('npm install failed with exit code 1') },
  ]);
});

/** The note of an installation that is under way, or was cut short: the processes that install. */
function unfinishedFile(): string {
  return join(clone, 'node_modules', '.installation-unfinished');
}

/** Starts a program that does nothing but need the packages, and shows its words as they come. */
async function start(
  environment: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
  program = 'program.mjs',
  onWords: (words: string) => void = () => {},
  onStart: (child: ChildProcess) => void = () => {},
) {
  await writeFile(join(clone, program), '');
  const { NODE_ENV: _jest, ...inherited } = process.env;
  const run = [join(clone, 'scripts', 'run.mjs'), join(clone, program), ...args];
  const child = spawn(process.execPath, run, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // What a faulty start installs globally lands in the clone as well.
    env: { ...inherited, npm_config_offline: 'true', npm_config_prefix: join(clone, 'global'), ...environment },
  });
  onStart(child);
  child.stderr.on('data', (words: Buffer) => onWords(words.toString()));
  child.stdout.on('data', (words: Buffer) => onWords(words.toString()));
  const textOf = (stream: Readable) => text(stream).catch(() => '');
  const [out, problems, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'exit')]);
  return { code, output: out + problems, standardOutput: out };
}

async function installed(): Promise<readonly string[]> {
  const names = (await readdir(join(clone, 'node_modules'))).filter((name) => !name.startsWith('.'));
  return names
    .filter((name) => existsSync(join(clone, 'node_modules', name, 'package.json')) || name === 'half')
    .sort();
}

/** A PATH on which npm is a program of this test. */
async function npmThat(script: string): Promise<string> {
  const folder = join(clone, 'bin');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'npm'), `#!${process.execPath}\n${script}\n`);
  await chmod(join(folder, 'npm'), 0o755);
  return `${folder}${delimiter}${process.env.PATH}`;
}

async function write(file: string, content: object): Promise<void> {
  await writeFile(join(clone, file), JSON.stringify(content));
}
