import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fillCompileCache, projectRoot } from './compile-cache.mjs';

/**
 * Imports every source that a process of the stack will import, so that all are in the compile cache, then exits. Otherwise
 * each of six processes would load Node's TypeScript compiler and keep its 18 MB as long as it runs.
 */
const programs = [
  'embedded/start.ts',
  'embedded/serverless-plugin.ts',
  'embedded/supervisor/parent-watch.ts',
  'embedded/supervisor/collect-start-garbage.ts',
  'embedded/reverse-proxy/api-proxy-worker.ts',
  'embedded/lambda/lambda-worker.ts',
  'grpc-services/inventory/main.ts',
  'grpc-services/payment/main.ts',
];
const endpoints = globSync('functions/{events,http,saga,scheduled}/*.ts', { cwd: projectRoot });

await fillCompileCache(async () => {
  await import('resilient-stepfunctions/main');
  for (const file of [...programs, ...endpoints.filter((path) => !path.endsWith('.test.ts'))]) {
    await import(pathToFileURL(join(projectRoot, file)).href);
  }
});
process.exit(0);
