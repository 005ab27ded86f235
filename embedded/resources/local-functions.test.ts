import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFunctionModules } from './local-functions.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'function-modules-'));
  await mkdir(join(folder, 'functions/http'), { recursive: true });
  await writeFile(join(folder, 'functions/http/hello.ts'), `export const handler = (): string => 'hello';\n`);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a handler’s module is found under its path and runs the TypeScript source', async () => {
  const urls = writeFunctionModules(folder, join(folder, 'modules'), [
    'functions/http/hello.handler',
    'functions/http/hello.other',
  ]);
  const url = urls.get('functions/http/hello.handler');
  expect(urls.get('functions/http/hello.other')).toBe(url);
  expect(url).toMatch(/modules\/functions\/http\/hello\.js$/);
  const module = (await import(String(url))) as { readonly handler: () => string };
  expect(module.handler()).toBe('hello');
});

test('a handler without an exported function’s name is refused', () => {
  expect(() => writeFunctionModules(folder, join(folder, 'modules'), ['hello'])).toThrow("Handler 'hello'");
});
