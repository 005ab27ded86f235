import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFunctionModules } from './local-functions.ts';

const run = promisify(execFile);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'function-modules-'));
  await mkdir(join(folder, 'functions/http'), { recursive: true });
  await writeFile(join(folder, 'functions/http/hello.ts'), `export const handler = (): string => 'hello';\n`);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a handler’s module is found under its path without an extension, and runs the source that the API has imported', async () => {
  const modules = join(folder, 'modules');
  const urls = writeFunctionModules(folder, modules, ['functions/http/hello.handler', 'functions/http/hello.other']);
  const url = urls.get('functions/http/hello.handler');
  expect(urls.get('functions/http/hello.other')).toBe(url);
  const program = `
    import { createRequire } from 'node:module';
    const source = await import(${JSON.stringify(url)});
    const loaded = createRequire(import.meta.url)(${JSON.stringify(join(modules, 'functions/http/hello'))});
    console.log(loaded.handler(), loaded.handler === source.handler);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
  expect(stdout).toBe('hello true\n');
});

test('a handler without an exported function’s name is refused', () => {
  expect(() => writeFunctionModules(folder, join(folder, 'modules'), ['hello'])).toThrow("Handler 'hello'");
});
