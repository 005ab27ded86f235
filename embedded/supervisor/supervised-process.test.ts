import { appendFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../ports.ts';
import { LogFile } from './log-file.ts';
import { isAlive, signal } from './process-table.ts';
import { readRunFile } from './run-files.ts';
import { type ProcessReport, SupervisedProcess } from './supervised-process.ts';

const QUICK = { firstDelayMs: 5, maxDelayMs: 20, stableMs: 60_000, loudFromDeath: 3 };
const IMPATIENT = { everyMs: 30, timeoutMs: 100, maxMisses: 3 };
const FOREVER = 'setInterval(() => undefined, 1000)';

let folder: string;
let reports: ProcessReport[];
let started: SupervisedProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supervised-'));
  reports = [];
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((child) => child.stop()));
  await rm(folder, { recursive: true, force: true });
});

test('a killed child is restarted under another id, and its death and recovery are reported', async () => {
  const child = program(FOREVER);
  await child.start();
  const first = pidOf(child);
  signal(first, 'SIGKILL');
  await eventually(() => reports.some(({ type }) => type === 'recovered'));
  expect(pidOf(child)).not.toBe(first);
  expect(reports).toMatchObject([{ type: 'died', how: 'was ended by SIGKILL' }, { type: 'recovered' }]);
  expect(readRunFile(folder, 'child')).toMatchObject({ pid: pidOf(child), ready: true });
});

test('a child killed on purpose again and again comes back at once each time, and is never reported as dying', async () => {
  const child = program(FOREVER, undefined, undefined, folder, { ...QUICK, firstDelayMs: 5, maxDelayMs: 600_000 });
  await child.start();
  const times = 20; // A backoff would have grown beyond an hour.
  for (let restarts = 0; restarts < times; restarts += 1) {
    await eventually(() => child.state.state === 'running' && child.state.restarts === restarts);
    const pid = pidOf(child);
    expect(child.killToRestart()).toBe(pid);
    expect(child.state).toEqual({ state: 'restarting', restarts });
    expect(child.killToRestart()).toBeUndefined();
  }
  await eventually(() => reports.filter(({ type }) => type === 'recovered').length === times);
  expect(reports.filter(({ type }) => type === 'keeps-dying')).toEqual([]);
});

test('deaths of its own count although the child was also killed on purpose', async () => {
  const child = program(FOREVER);
  await child.start();
  const dies = async (how: () => unknown): Promise<void> => {
    const pid = pidOf(child);
    how();
    await eventually(() => child.state.state === 'running' && child.pid !== pid);
  };
  await dies(() => child.killToRestart());
  for (let deaths = 0; deaths < QUICK.loudFromDeath; deaths += 1) {
    await dies(() => signal(pidOf(child), 'SIGKILL'));
  }
  expect(reports.find(({ type }) => type === 'keeps-dying')).toMatchObject({ deaths: 3 });
});

test('a child is said to run only once it is ready, and since when', async () => {
  let answers = false;
  const child = program(FOREVER, () => Promise.resolve(answers));
  const before = Date.now();
  const start = child.start();
  expect(child.state).toEqual({ state: 'restarting', restarts: 0 });
  expect(child.killToRestart()).toBeUndefined();
  answers = true;
  await start;
  expect(child.state).toMatchObject({ state: 'running', pid: pidOf(child), restarts: 0 });
  const { since } = child.state as Extract<typeof child.state, { state: 'running' }>;
  expect(Date.parse(since)).toBeGreaterThanOrEqual(before);
});

test('a child that keeps dying is reported with the end of its log', async () => {
  const child = program(`console.log('cannot go on'); setTimeout(() => process.exit(3), 30)`);
  await child.start();
  await eventually(() => reports.some(({ type }) => type === 'keeps-dying'));
  const loud = reports.find((report) => report.type === 'keeps-dying');
  expect(loud).toMatchObject({ deaths: 3, lastLines: expect.arrayContaining(['cannot go on']) });
});

test('a child that dies before it is ready fails the start with the end of its log', async () => {
  const child = program(`console.log('the disk is full'); process.exit(7)`, () => Promise.resolve(false));
  await expect(child.start()).rejects.toThrow(/ended with exit code 7[\s\S]*the disk is full/);
});

test('a child that names a bad variable fails the start with that sentence alone', async () => {
  const sentence = "HOLD_SECONDS is 'abc': must be a whole number from 1 to 5184000.";
  const source = `console.log('it starts'); console.error(${JSON.stringify(`The environment is not usable. ${sentence}`)}); process.exit(1)`;
  await expect(program(source, () => Promise.resolve(false)).start()).rejects.toThrow(
    expect.objectContaining({ message: `child: ${sentence}` }),
  );
});

test('a child that never becomes ready fails the start and is ended', async () => {
  const child = program(FOREVER, () => Promise.resolve(false), 200);
  const start = child.start();
  const pid = pidOf(child);
  await expect(start).rejects.toThrow('was not ready within 0.2 s');
  expect(isAlive(pid)).toBe(false);
});

test('a restarted child that never becomes ready is ended and restarted once more', async () => {
  let answers = true;
  const child = program(FOREVER, () => Promise.resolve(answers), 200);
  await child.start();
  answers = false;
  signal(pidOf(child), 'SIGKILL');
  await eventually(() => reports.some(({ type }) => type === 'late'));
  answers = true;
  await eventually(() => reports.some(({ type }) => type === 'recovered'));
  expect(reports.map(({ type }) => type)).toEqual(['died', 'late', 'died', 'recovered']);
});

const unlessWindows = process.platform === 'win32' ? test.skip : test;

unlessWindows('a child that hangs without dying is killed and restarted, and answers again', async () => {
  const server = `require('node:http').createServer((_request, response) => response.end()).listen(PORT, '127.0.0.1')`;
  const port = await findFreePort();
  const answers = (timeoutMs: number): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(timeoutMs) }).then(
      ({ ok }) => ok,
      () => false,
    );
  const child = program(server.replace('PORT', String(port)), answers);
  await child.start();
  const hanging = pidOf(child);
  signal(hanging, 'SIGSTOP');
  await eventually(() => reports.some(({ type }) => type === 'recovered'));
  expect(reports.map(({ type }) => type)).toEqual(['hung', 'died', 'recovered']);
  expect(pidOf(child)).not.toBe(hanging);
  expect(await answers(1_000)).toBe(true);
});

test('a child that misses fewer health checks than allowed lives on', async () => {
  let checks = 0;
  const child = program(FOREVER, async () => {
    checks += 1;
    return checks % IMPATIENT.maxMisses === 1;
  });
  await child.start();
  const pid = pidOf(child);
  await eventually(() => checks > 4 * IMPATIENT.maxMisses);
  expect(pidOf(child)).toBe(pid);
  expect(reports).toEqual([]);
});

test('the end of the log that a failed start shows holds nothing of an earlier run', async () => {
  appendFileSync(join(folder, 'child.log'), 'the problem of yesterday\n');
  const child = program(`console.log('the problem of today'); process.exit(7)`, () => Promise.resolve(false));
  const failure = await child.start().catch((error: unknown) => String(error));
  expect(failure).toContain('the problem of today');
  expect(failure).not.toContain('yesterday');
});

test('a child that is stopped while it waits for its restart is not started again', async () => {
  const child = program(FOREVER, undefined, undefined, folder, { ...QUICK, firstDelayMs: 100, maxDelayMs: 100 });
  await child.start();
  signal(pidOf(child), 'SIGKILL');
  await eventually(() => reports.some(({ type }) => type === 'died'));
  await child.stop();
  started = [];
  await sleep(200);
  expect(child.pid).toBeUndefined();
  expect(reports.map(({ type }) => type)).toEqual(['died']);
});

test('a restarted child that dies again before it is ready is not reported as recovered', async () => {
  const ready = Promise.withResolvers<boolean>();
  let looks = 0;
  const child = program(FOREVER, () => {
    // Looks at the first child are no part of this: its health may be checked until its death is known.
    looks += reports.length > 0 ? 1 : 0;
    return looks === 1 ? ready.promise : Promise.resolve(true);
  });
  await child.start();
  signal(pidOf(child), 'SIGKILL');
  await eventually(() => looks === 1);
  const second = pidOf(child);
  signal(second, 'SIGKILL');
  await eventually(() => reports.some(({ type }) => type === 'recovered'));
  ready.resolve(true);
  await sleep(50);
  expect(reports.map(({ type }) => type)).toEqual(['died', 'died', 'recovered']);
  expect(reports.at(-1)).toMatchObject({ pid: pidOf(child) });
});

test('a child whose run file cannot be written is restarted all the same', async () => {
  const child = program(FOREVER, undefined, undefined, join(folder, 'not-there'));
  await child.start();
  signal(pidOf(child), 'SIGKILL');
  await eventually(() => reports.some(({ type }) => type === 'recovered'));
  expect(reports[0]).toMatchObject({ type: 'unrecorded', name: 'child' });
});

test('a child that ignores SIGTERM is killed, and is not restarted', async () => {
  const child = program(`process.on('SIGTERM', () => undefined); console.log('up'); ${FOREVER}`, async () =>
    (await import('node:fs')).readFileSync(join(folder, 'child.log'), 'utf8').includes('up'),
  );
  await child.start();
  const pid = pidOf(child);
  await child.stop();
  started = [];
  await sleep(50);
  expect(isAlive(pid)).toBe(false);
  expect(child.pid).toBeUndefined();
  expect(reports).toEqual([]);
  expect(await readdir(folder)).toEqual(['child.log']);
});

function program(
  source: string,
  isReady: (timeoutMs: number) => Promise<boolean> = () => Promise.resolve(true),
  readyWithinMs = 10_000,
  runFolder = folder,
  policy = QUICK,
): SupervisedProcess {
  const child = new SupervisedProcess({
    description: {
      name: 'child',
      port: 1,
      command: process.execPath,
      arguments: ['-e', source],
      environment: process.env,
      identity: [source],
      watchesParent: false,
      isReady,
      readyWithinMs,
      graceMs: 300,
    },
    log: new LogFile(join(folder, 'child.log'), () => undefined),
    runFolder,
    report: (report) => reports.push(report),
    policy,
    healthCheck: IMPATIENT,
  });
  started.push(child);
  return child;
}

function pidOf(child: SupervisedProcess): number {
  if (child.pid === undefined) {
    throw new Error('The child does not run.');
  }
  return child.pid;
}
