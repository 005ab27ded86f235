import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PROJECT_ROOT } from './configuration.ts';

/** The entry points of the stack's processes and threads, and a function of each kind. */
const programs = [
  'embedded/start.ts',
  'embedded/serverless-plugin.ts',
  'embedded/supervisor/parent-watch.ts',
  'embedded/supervisor/collect-start-garbage.ts',
  'embedded/reverse-proxy/api-proxy-worker.ts',
  'packages/stepfunctions/src/main.ts',
  'packages/stepfunctions/src/journal/checkpoint-worker.ts',
  'grpc-services/inventory/main.ts',
  'grpc-services/payment/main.ts',
  'functions/http/place-order.ts',
  'functions/saga/capture-payment.ts',
  'functions/scheduled/start-stranded-orders.ts',
];

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'compile-ahead-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

test('after compiling ahead, no program of the stack loads the TypeScript compiler', async () => {
  expect(await loadersOfTheCompiler(['embedded/start.ts'])).toEqual(['embedded/start.ts']);
  await runNode([join(PROJECT_ROOT, 'embedded', 'compile-ahead.mjs')]);
  expect(await loadersOfTheCompiler(programs)).toEqual([]);
}, 60_000);

test('a start does not compile unchanged sources again', async () => {
  await runNode([join(PROJECT_ROOT, 'embedded', 'compile-ahead.mjs')]);
  const compiled = statSync(join(cache, 'compiled-ahead')).mtimeMs;
  const module = pathToFileURL(join(PROJECT_ROOT, 'embedded', 'compile-cache.mjs')).href;
  await runNode(['--input-type=module', '--eval', `(await import('${module}')).enableFilledCompileCache()`]);
  expect(statSync(join(cache, 'compiled-ahead')).mtimeMs).toBe(compiled);
}, 60_000);

/** The programs that load Node's TypeScript compiler (amaro) when a fresh process imports them. */
async function loadersOfTheCompiler(paths: readonly string[]): Promise<readonly string[]> {
  const loaders: string[] = [];
  for (const path of paths) {
    const url = pathToFileURL(join(PROJECT_ROOT, path)).href;
    const program = `await import(${JSON.stringify(url)});
      console.log(process.moduleLoadList.some((name) => name.includes('amaro')));
      process.exit(0);`;
    const answer = (await runNode(['--input-type=module', '--eval', program])).trim();
    if (answer !== 'false') {
      loaders.push(path);
    }
  }
  return loaders;
}

async function runNode(args: readonly string[]): Promise<string> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache, NODE_OPTIONS: '' };
  return (await promisify(execFile)(process.execPath, [...args], { cwd: PROJECT_ROOT, env })).stdout;
}
