import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventuallySucceeds } from './eventually.ts';

const unlessWindows = process.platform === 'win32' ? test.skip : test;
const TERMINAL = JSON.stringify(join(import.meta.dirname, 'terminal.ts'));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terminal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes a program whose output goes to `api.log` in the folder, and whose events go to its standard output. */
async function writeProgram(source: string, json = false): Promise<string> {
  const program = join(folder, 'program.mts');
  await writeFile(
    program,
    `import { redirectOutput } from ${TERMINAL};
    const { terminal } = redirectOutput(${JSON.stringify(join(folder, 'api.log'))}, 'api', { verbose: false, json: ${json} });
    ${source}`,
  );
  return program;
}

/** Runs such a program. */
async function run(source: string, { shell = 'exec "$0" "$1"', json = false } = {}) {
  const program = await writeProgram(source, json);
  return spawn('sh', ['-c', shell, process.execPath, program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

unlessWindows('a program goes on when the reader of its output has ended (EPIPE)', async () => {
  const child = await run(`
    terminal.tell({ event: 'starting' });
    setTimeout(() => terminal.tell({ event: 'warning', message: 'nobody reads this' }), 200);
    setTimeout(() => { terminal.tell({ event: 'stopped' }); console.log('ended in order'); process.exit(7); }, 400);`);
  child.stdout.once('data', () => child.stdout.destroy());
  expect((await once(child, 'exit'))[0]).toBe(7);
  expect(await readFile(join(folder, 'api.log'), 'utf8')).toContain('ended in order');
});

unlessWindows(
  'a log that cannot be written is told once, with the cause and the mend, and the program goes on',
  async () => {
    const child = await run(
      `for (let line = 0; line < 50; line += 1) console.log('x'.repeat(200));
    terminal.tell({ event: 'stopped' });
    process.exit(7);`,
      { shell: 'ulimit -f 2 && exec "$0" "$1"' },
    );
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(code).toBe(7);
    expect(output.trim().split('\n')).toEqual([
      `${join(folder, 'api.log')} cannot be written (the file is larger than this shell allows (ulimit -f)). Raise the limit: ulimit -f unlimited.`,
      'Stopped.',
    ]);
  },
);

const withPty = spawnSync('script', ['--version']).stdout?.includes('util-linux') === true ? test : test.skip;

withPty('a program ends in order when its terminal is closed (EIO)', async () => {
  const program = await writeProgram(`
    setInterval(() => undefined, 1_000);
    process.on('SIGHUP', () => {
      terminal.tell({ event: 'stopping', why: 'SIGHUP' });
      setTimeout(() => { terminal.tell({ event: 'stopped' }); console.log('ended in order'); process.exit(0); }, 100);
    });
    terminal.tell({ event: 'starting' });`);
  const command = `exec ${process.execPath} ${program}`;
  const pty = spawn('script', ['--quiet', '--command', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(pty.stdout, 'data');
  pty.kill('SIGKILL');
  await eventuallySucceeds(async () =>
    expect(await readFile(join(folder, 'api.log'), 'utf8')).toContain('ended in order'),
  );
});

unlessWindows('a full disk that many lines of logs tell of is told once', async () => {
  const line = JSON.stringify({ level: 50, msg: 'a commit failed', err: { message: 'database or disk is full' } });
  const child = await run(`for (let n = 0; n < 20; n += 1) console.log(${JSON.stringify(line)});`);
  expect(await text(child.stdout)).toBe(
    `The disk of ${folder} is full. Calls that write answer 503 until you free some space.\n`,
  );
});

unlessWindows(
  'a full disk that a log and warnings of the stack tell of is told once, and other warnings each time',
  async () => {
    const line = JSON.stringify({ level: 50, msg: 'a commit failed', err: { message: 'database or disk is full' } });
    const child = await run(`
    terminal.warn('The stream is not read: Error: ENOSPC: no space left on device, write.', ${JSON.stringify(folder)});
    console.log(${JSON.stringify(line)});
    terminal.warn('The stream is not read: Error: ENOSPC: no space left on device, write.', ${JSON.stringify(folder)});
    terminal.warn('The stream has forgotten changes.', ${JSON.stringify(folder)});
    terminal.warn('The stream has forgotten changes.', ${JSON.stringify(folder)});`);
    expect((await text(child.stdout)).trim().split('\n')).toEqual([
      `The disk of ${folder} is full. Calls that write answer 503 until you free some space.`,
      'The stream has forgotten changes.',
      'The stream has forgotten changes.',
    ]);
  },
);

unlessWindows('with json each event is one line, and so is a warning of a log', async () => {
  const child = await run(
    `terminal.tell({ event: 'process', report: { type: 'died', name: 'engine', how: 'was ended by SIGKILL', delayMs: 100 } });
    console.log(JSON.stringify({ level: 50, msg: 'write failed' }));`,
    { json: true },
  );
  const lines = (await text(child.stdout)).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      event: 'process',
      type: 'died',
      name: 'engine',
      how: 'was ended by SIGKILL',
      delayMs: 100,
      message: 'engine was ended by SIGKILL; restarting it in 100 ms',
    },
    { event: 'log', process: 'api', line: 'error: write failed' },
  ]);
});
