import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { PROJECT_ROOT } from '../configuration.ts';
import { DYNOXIDE_PLATFORMS, findDynoxide } from './dynoxide.ts';

let packages: string;
beforeEach(() => {
  packages = mkdtempSync(join(tmpdir(), 'dynoxide-'));
});
afterEach(() => rmSync(packages, { recursive: true, force: true }));

test.each([
  ['linux-arm64', 'dynoxide'],
  ['darwin-arm64', 'dynoxide'],
  ['win32-x64', 'dynoxide.exe'],
])('on %s the stack runs the program of that platform’s package', (platform, program) => {
  const folder = join(packages, '@dynoxide', platform);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, program), '');
  expect(findDynoxide(platform, packages)).toBe(join(folder, program));
});

test('a platform whose package npm left out is told why, and what to do', () => {
  expect(() => findDynoxide('darwin-arm64', packages)).toThrow(
    /npm left out @dynoxide\/darwin-arm64.*--include=optional/s,
  );
  expect(() => findDynoxide('darwin-arm64', packages)).toThrow(
    /DYNAMODB_ENDPOINT_URL=.*docker-compose\.embedded\.yml up/s,
  );
});

test('a platform without a package is told which ones have one', () => {
  expect(() => findDynoxide('freebsd-x64', packages)).toThrow(
    'does not run on freebsd-x64, only on darwin-arm64, darwin-x64, linux-arm64, linux-x64, win32-x64.',
  );
});

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      os: z.array(z.string()).optional(),
      cpu: z.array(z.string()).optional(),
      optional: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).default({}),
    }),
  ),
});
const lock = lockFile.parse(JSON.parse(readFileSync(join(PROJECT_ROOT, 'package-lock.json'), 'utf8')));

test('the lock file has the package of every platform, in one version', () => {
  const locked = DYNOXIDE_PLATFORMS.map((platform) => lock.packages[`node_modules/@dynoxide/${platform}`]);
  const [version] = locked.map((each) => each?.version);
  expect(locked).toEqual(
    DYNOXIDE_PLATFORMS.map((platform) => {
      const [os, cpu] = platform.split('-');
      return expect.objectContaining({ version, os: [os], cpu: [cpu], optional: true });
    }),
  );
  expect(Object.keys(lock.packages['']?.optionalDependencies ?? {})).toEqual(
    DYNOXIDE_PLATFORMS.map((platform) => `@dynoxide/${platform}`),
  );
});

// `npm ci` refuses a lock file without them. `npm install` leaves out what a registry lacks when it writes a new one.
test('the lock file has every optional package that another one asks for', () => {
  const folders = Object.keys(lock.packages);
  const missing = Object.entries(lock.packages).flatMap(([folder, { optionalDependencies }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !folders.some((each) => each.endsWith(`node_modules/${name}`)))
      .map((name) => `${name}, for ${folder}`),
  );
  expect(missing).toEqual([]);
});
