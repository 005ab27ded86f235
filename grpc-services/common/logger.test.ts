import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createLogger } from './logger.ts';

/** The error as one line of the log has it. */
function logged(err: unknown): Record<string, unknown> {
  const lines: string[] = [];
  createLogger('test', 'info', { write: (line) => void lines.push(line) }).error({ err }, 'failed');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '').err;
}

function causesOf(error: unknown): readonly string[] {
  const { message, cause } = error as { readonly message: string; readonly cause?: unknown };
  return [message, ...(cause === undefined ? [] : causesOf(cause))];
}

test('an error is logged with its type, message, stack and five causes, and without its other properties', () => {
  const secret = { row: { method: 'tok_visa' } };
  let error: Error = Object.assign(new Error('cause 6'), secret);
  for (let depth = 5; depth >= 0; depth--) {
    error = Object.assign(new TypeError(`cause ${depth}`, { cause: error }), secret);
  }
  const line = logged(error);
  expect(line).toMatchObject({ type: 'TypeError', message: 'cause 0', stack: expect.stringContaining('cause 0') });
  expect(causesOf(line)).toEqual([0, 1, 2, 3, 4, 5].map((depth) => `cause ${depth}`));
  expect(JSON.stringify(line)).not.toContain('tok_');
});

test('an error that is its own cause is logged', () => {
  const error = new Error('again');
  error.cause = error;
  expect(causesOf(logged(error))).toEqual(Array.from({ length: 6 }, () => 'again'));
});

test('a value that is not an error is logged without its content', () => {
  expect(logged({ method: 'tok_visa' })).toEqual({
    type: 'object',
    message: 'a value that is not an Error was thrown',
  });
  expect(logged('tok_visa')).toEqual({ type: 'string', message: 'a value that is not an Error was thrown' });
});

test('a line below the level is not written', () => {
  const lines: string[] = [];
  createLogger('test', 'warn', { write: (line) => void lines.push(line) }).info('chatter');
  expect(lines).toEqual([]);
});

/** A shell whose files may have 1,024 bytes behaves as on a disk that is almost full. */
const onFullDisk = process.platform === 'win32' ? test.skip : test;

onFullDisk('a log that cannot be written does not end the process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'logger-'));
  const program = join(folder, 'program.mts');
  await writeFile(
    program,
    `import { createLogger } from ${JSON.stringify(join(import.meta.dirname, 'logger.ts'))};
    const logger = createLogger('test', 'info');
    for (let line = 0; line < 100; line += 1) logger.info({ line }, 'a line of the log that is longer than nothing');
    setTimeout(() => process.exit(7), 50);`,
  );
  const log = join(folder, 'log');
  const limited = 'ulimit -f 2 && exec "$0" "$1" > "$2"';
  const child = spawn('sh', ['-c', limited, process.execPath, program, log], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  const { size } = await stat(log);
  await rm(folder, { recursive: true, force: true });
  expect(code).toBe(7);
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThanOrEqual(2_048);
});
