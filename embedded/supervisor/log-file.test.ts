import { appendFileSync, existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LogFile } from './log-file.ts';

let folder: string;
let lines: string[];
let log: LogFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-file-'));
  lines = [];
  log = new LogFile(join(folder, 'a.log'), (line) => lines.push(line));
});

afterEach(async () => {
  log.close();
  await rm(folder, { recursive: true, force: true });
});

test('a log file passes on whole lines, however many writers and pieces they come from', () => {
  log.write('one\ntw');
  log.catchUp();
  appendFileSync(log.path, 'o\nthree\n');
  log.catchUp();
  expect(lines).toEqual(['one', 'two', 'three']);
});

test('a log file passes on a character whole that was split between two reads', () => {
  const bytes = Buffer.from('für\n');
  log.write(bytes.subarray(0, 2));
  log.catchUp();
  log.write(bytes.subarray(2));
  log.catchUp();
  expect(lines).toEqual(['für']);
});

test('a full log file is rotated, and its next lines are read', () => {
  const line = `${'x'.repeat(1023)}\n`;
  log.write(line.repeat(9 * 1024));
  log.catchUp();
  expect(statSync(log.path).size).toBe(0);
  expect(existsSync(`${log.path}.1`)).toBe(true);
  log.write('after\n');
  log.catchUp();
  expect(lines).toHaveLength(9 * 1024 + 1);
  expect(lines.at(-1)).toBe('after');
});

test('a full log file that cannot be copied is truncated all the same, and the failure is reported', async () => {
  await mkdir(`${log.path}.1`);
  log.write(`${'x'.repeat(1023)}\n`.repeat(9 * 1024));
  log.catchUp();
  expect(statSync(log.path).size).toBe(0);
  expect(lines.at(-1)).toContain('could not be copied');
});

test('a log file that is closed passes on what was written since the last look', () => {
  const file = new LogFile(join(folder, 'closed.log'), (line) => lines.push(line));
  file.write('the last words\n');
  file.close();
  expect(lines).toEqual(['the last words']);
});

test('a log file returns its last lines for a report', () => {
  log.write('one\ntwo\nthree\n');
  expect(log.lastLines(2)).toEqual(['two', 'three']);
});
