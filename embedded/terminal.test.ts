import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const unlessWindows = process.platform === 'win32' ? test.skip : test;
const TERMINAL = JSON.stringify(join(import.meta.dirname, 'terminal.ts'));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terminal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a program whose output goes to `api.log` in the folder, and whose events go to its standard output. */
function run(source: string, { shell = 'exec "$0" "$1"', json = false } = {}) {
  const program = join(folder, 'program.mts');
  const start = `import { redirectOutput } from ${TERMINAL};
    const { terminal } = redirectOutput(${JSON.stringify(join(folder, 'api.log'))}, 'api', { verbose: false, json: ${json} });
    ${source}`;
  return writeFile(program, start).then(() =>
    spawn('sh', ['-c', shell, process.execPath, program], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
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
