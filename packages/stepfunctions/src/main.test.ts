import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { Database } from './journal/database.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

test('a damaged journal ends the program with one line: the file, the cause and the mend', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'damaged-'));
  await new Database(folder, 'process').close();
  const file = join(folder, 'stepfunctions.sqlite');
  await writeFile(file, 'damaged '.repeat(2_000));
  const ended = await run('--data', folder, '--port', '0');
  await rm(folder, { recursive: true });
  expect(ended).toEqual({
    code: 1,
    problem:
      `The journal ${file} cannot be used: file is not a database. Restore the folder from a backup, or move it away: ` +
      'the engine then starts empty, without the executions in it.\n',
  });
});

test('a wrong option ends the program with its name, and says where all are listed', async () => {
  expect(await run('--data', ':memory:', '--busy', 'very')).toEqual({
    code: 2,
    problem: expect.stringMatching(/^--busy .*\n--help lists the options\.\n$/),
  });
});

async function run(...args: readonly string[]) {
  const program = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [problem, [code]] = await Promise.all([text(program.stderr), once(program, 'exit')]);
  return { code, problem };
}
