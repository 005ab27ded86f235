import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { ApiLauncher } from './api-launcher.ts';
import { isAlive, signal } from './process-table.ts';
import type { ProcessReport } from './supervised-process.ts';

const unlessWindows = process.platform === 'win32' ? test.skip : test;

const LONG = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'api-launcher-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const HEARD = "setInterval(() => process.send({ type: 'alive' }), 10);";

unlessWindows.each([
  ['once it was ready', `process.send({ type: 'ready' }); ${HEARD}`],
  ['before it was ready', HEARD],
  ['before it said anything', 'setInterval(() => undefined, 1_000);'],
])(
  'an API process that hangs %s is killed and restarted, and one that is heard lives on',
  async (_when, source) => {
    // Lives for as long as it is not killed. Its second life ends at once, and with it the launcher.
    const program = join(folder, 'api.mjs');
    await writeFile(
      program,
      `import { existsSync, writeFileSync } from 'node:fs';
      const pidFile = ${JSON.stringify(join(folder, 'pid'))};
      if (existsSync(pidFile)) process.exit(0);
      ${source}
      writeFileSync(pidFile, String(process.pid));`,
    );
    const reports: ProcessReport[] = [];
    const launcher = new ApiLauncher({
      verbose: false,
      json: false,
      runFolder: folder,
      tell: (report) => reports.push(report),
      program: [program],
      heartbeats: { everyMs: 100, timeoutMs: 0, maxMisses: 30 },
    });
    const ended = launcher.run();
    const pid = await eventually(() => readFile(join(folder, 'pid'), 'utf8').then(Number, () => undefined));
    // A process that nobody notices is killed here, and told of as dead alone.
    const patience = setTimeout(() => signal(pid, 'SIGKILL'), 15_000);
    if (source.includes(HEARD)) {
      await new Promise((resolve) => setTimeout(resolve, 3_300));
    }
    expect(reports).toEqual([]);
    signal(pid, 'SIGSTOP');
    expect(await ended).toBe(0);
    clearTimeout(patience);
    expect(reports).toEqual([
      { type: 'hung', name: 'api', ms: expect.any(Number) },
      { type: 'died', name: 'api', how: 'was ended by SIGKILL', delayMs: 100 },
    ]);
  },
  LONG,
);

test('an API process that ends in its start, heard before, is not restarted, and its code is that of the launcher', async () => {
  const program = join(folder, 'api.mjs');
  await writeFile(
    program,
    `process.on('disconnect', () => undefined);
    process.send({ type: 'alive' }, () => process.exit(3));`,
  );
  const reports: ProcessReport[] = [];
  const launcher = new ApiLauncher({
    verbose: false,
    json: false,
    runFolder: folder,
    tell: (report) => reports.push(report),
    program: [program],
  });
  expect(await launcher.run()).toBe(3);
  expect(reports).toEqual([]);
});

test.each([
  ['only its warnings by default', false, {}, 'warning'],
  ['its lines about requests with --verbose', true, {}, 'notice'],
  ['its lines about requests with EMBEDDED_VERBOSE=1', false, { EMBEDDED_VERBOSE: '1' }, 'notice'],
  ['what SLS_LOG_LEVEL says', true, { SLS_LOG_LEVEL: 'error' }, 'error'],
])('serverless-offline writes %s', async (_what, verbose, variables, level) => {
  const file = join(folder, 'level');
  const program = join(folder, 'api.mjs');
  await writeFile(
    program,
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(file)}, process.env.SLS_LOG_LEVEL ?? 'none');`,
  );
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    const launcher = new ApiLauncher({
      verbose,
      json: false,
      runFolder: folder,
      tell: () => undefined,
      program: [program],
    });
    await launcher.run();
  } finally {
    for (const name of Object.keys(variables)) {
      delete process.env[name];
    }
    Object.assign(process.env, before);
  }
  expect(await readFile(file, 'utf8')).toBe(level);
});

unlessWindows.each([
  ['once it was ready', "process.send({ type: 'ready' });", ['SIGTERM']],
  ['before it was ready', '', ['SIGTERM']],
  ['for ever, at the second Ctrl-C', "process.send({ type: 'ready' });", ['SIGINT', 'SIGINT']],
] as const)(
  'a stop ends an API process that hangs %s, and its run files go',
  async (how, source, signals) => {
    await writeFile(
      join(folder, 'api.mjs'),
      `import { writeFileSync } from 'node:fs';
    for (const name of ['api', 'ready']) writeFileSync(${JSON.stringify(folder)} + '/' + name + '.json', '{}');
    for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => undefined);
    ${source}
    console.log(process.pid);
    setInterval(() => undefined, 1_000);`,
    );
    const heartbeats = { everyMs: how.startsWith('for ever') ? 3_600_000 : 100, timeoutMs: 0, maxMisses: 30 };
    await writeFile(
      join(folder, 'launcher.mts'),
      `import { ApiLauncher } from ${JSON.stringify(join(import.meta.dirname, 'api-launcher.ts'))};
    const launcher = new ApiLauncher({
      verbose: false, json: false, runFolder: ${JSON.stringify(folder)}, tell: () => undefined,
      program: [${JSON.stringify(join(folder, 'api.mjs'))}], heartbeats: ${JSON.stringify(heartbeats)},
    });
    process.exitCode = await launcher.run();`,
    );
    const launcher = spawn(process.execPath, [join(folder, 'launcher.mts')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number((await once(launcher.stdout, 'data'))[0]);
    signal(pid, 'SIGSTOP');
    const ended = once(launcher, 'exit');
    for (const [nth, name] of signals.entries()) {
      await new Promise((resolve) => setTimeout(resolve, nth * 1_100));
      launcher.kill(name);
    }
    // A launcher that waits for the process without end is killed, and its code tells of it.
    const patience = setTimeout(() => [launcher.pid ?? 0, pid].map((stuck) => signal(stuck, 'SIGKILL')), 15_000);
    const [code] = await ended;
    clearTimeout(patience);
    expect(code).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect((await readdir(folder)).filter((file) => file.endsWith('.json'))).toEqual([]);
  },
  LONG,
);
