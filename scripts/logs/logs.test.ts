import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { describeLine } from './log-line.ts';
import { orderLines } from './order-lines.ts';

const ORDER = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';
const OTHER = '11111111-c74d-4053-8897-7ea0dbd423f8';
const TRACEPARENT = '00-1de7f3bdbf7ad163e531f2e3dacefd2d-3e1521e920c7c835-01';

let folder: string;
let logs: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'order-logs-'));
  logs = join(folder, 'logs');
  mkdirSync(logs);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function json(fields: object): string {
  return `${JSON.stringify(fields)}\n`;
}

function at(second: number): string {
  return `2026-11-28T21:40:0${second}.000Z`;
}

function writeLogs(): void {
  writeFileSync(
    join(logs, 'api.log.1'),
    json({ level: 'INFO', message: 'answered', timestamp: at(0), order_id: ORDER, traceparent: TRACEPARENT }),
  );
  writeFileSync(
    join(logs, 'api.log'),
    json({ level: 'INFO', message: 'done', timestamp: at(4), order_id: ORDER, task: 'ReserveInventory', ms: 38 }) +
      json({ level: 'INFO', message: 'done', timestamp: at(5), order_id: OTHER, traceparent: TRACEPARENT }) +
      json({ level: 'INFO', message: 'done', timestamp: at(5), order_id: OTHER }),
  );
  writeFileSync(
    join(logs, 'inventory.log'),
    json({ level: 'warn', time: at(3), msg: 'slow', traceparent: TRACEPARENT, err: { message: 'disk full' } }) +
      json({ level: 'info', time: at(2), msg: 'call answered', order_id: ORDER, rpc: 'Reserve' }),
  );
  writeFileSync(
    join(logs, 'engine.log'),
    `Step Functions on http://127.0.0.1:4566\n${json({ level: 40, time: at(6), msg: 'retry', executionArn: `arn:${ORDER}` })}Error: at ${ORDER}\n`,
  );
}

test('the lines of an order come from every process, in order of time, with those of its traces', () => {
  writeLogs();
  expect(orderLines(logs, ORDER).all().map(describeLine)).toEqual([
    '2026-11-28T21:40:00.000Z  api        info  answered',
    '2026-11-28T21:40:02.000Z  inventory  info  call answered  rpc=Reserve',
    '2026-11-28T21:40:03.000Z  inventory  warn  slow  err="disk full"',
    '2026-11-28T21:40:04.000Z  api        info  done  task=ReserveInventory ms=38',
    `2026-11-28T21:40:06.000Z  engine     warn  retry  executionArn=arn:${ORDER}`,
    `2026-11-28T21:40:06.000Z  engine           Error: at ${ORDER}`,
  ]);
});

test('lines that are added come once, when they are whole, and again from the start of a rotated file', () => {
  writeLogs();
  const lines = orderLines(logs, ORDER);
  expect(lines.all()).toHaveLength(6);
  const line = json({ level: 'info', time: at(7), msg: 'call answered', order_id: ORDER });
  appendFileSync(join(logs, 'payment.log'), line.slice(0, 20));
  expect(lines.added()).toEqual([]);
  appendFileSync(join(logs, 'payment.log'), line.slice(20));
  expect(lines.added()).toMatchObject([{ process: 'payment', at: Date.parse(at(7)) }]);
  expect(lines.added()).toEqual([]);
  writeFileSync(join(logs, 'api.log'), json({ message: 'new', timestamp: at(8), order_id: ORDER }));
  expect(lines.added()).toMatchObject([{ process: 'api', fields: { message: 'new' } }]);
});

function run(...args: readonly string[]) {
  return runWith({}, ...args);
}

function runWith(environment: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', EMBEDDED_DATA_DIR: folder, ...environment },
  });
  return { status, stdout, stderr: stderr.replaceAll(/^\(.*\n/gm, '') };
}

test('npm run logs prints lines as JSON, with the name of the process', () => {
  writeLogs();
  const { status, stdout } = run(ORDER, '--json');
  expect(status).toBe(0);
  const printed = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(printed).toHaveLength(6);
  expect(printed[1]).toMatchObject({ process: 'inventory', msg: 'call answered', rpc: 'Reserve' });
  expect(printed[5]).toEqual({ process: 'engine', message: `Error: at ${ORDER}`, timestamp: at(6) });
});

test('npm run logs says when no line names the order, and how it is used', () => {
  writeLogs();
  const unknown = run('22222222-c74d-4053-8897-7ea0dbd423f8');
  expect(unknown).toMatchObject({ status: 1, stdout: '' });
  expect(unknown.stderr).toContain('No line in');
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--follow') });
  expect(run('order-1')).toMatchObject({ status: 2, stdout: expect.stringContaining('npm run logs -- ORDER_ID') });
});

test.each([
  [{ HTTP_PORT: 'abc' }, "HTTP_PORT is 'abc'; "],
  [{ EMBEDDED_DATA_DIR: import.meta.filename }, 'There are no logs in '],
])('npm run logs names in one line what is wrong with %j', (environment, problem) => {
  const { status, stderr } = runWith(environment, ORDER);
  expect(status).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(problem)]);
});
