import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';

const ROOM = new URL('.', import.meta.url).pathname;
const BUNDLE = join(ROOM, 'dist');
const MAX_BYTES = 150_000;

beforeAll(() => promisify(execFile)(process.execPath, [join(ROOM, 'build.ts')]), 60_000);

test('the whole console is under 150 KB, compressed', () => {
  const files = readdirSync(BUNDLE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(js|css|html|svg)$/.test(file),
  );
  const bytes = files.map((file) => gzipSync(readFileSync(join(BUNDLE, file))).length);
  expect(files.length).toBeGreaterThan(3);
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(MAX_BYTES);
});

test('the page has no script or style of its own, which the Content-Security-Policy would refuse', () => {
  const page = readFileSync(join(BUNDLE, 'index.html'), 'utf8');
  expect(page).toContain('<base href="./" />');
  expect(page).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|\bon\w+=/);
});
