import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { type BuildOptions, build } from 'esbuild';
import { parseYaml } from '../tests/support/yaml.ts';

/** Enough for a busy machine. */
const LONG = 120_000;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
function read(path: string): unknown {
  return parseYaml(readFileSync(join(ROOT, path), 'utf8'));
}

interface ServiceDescription {
  readonly custom: { readonly esbuild: BuildOptions & { readonly exclude: readonly string[] } };
}

/** Options of the framework's bundling that esbuild does not know. */
interface FrameworkOptions {
  readonly exclude: string[];
  readonly outputFileExtension: '.mjs';
  readonly concurrency: number;
  readonly zipConcurrency: number;
  readonly skipRebuild: boolean;
}

/** The options of serverless.yml that are esbuild's own. */
function bundleOptions(): BuildOptions {
  const { exclude, outputFileExtension, concurrency, zipConcurrency, skipRebuild, ...options } = (
    read('serverless.yml') as ServiceDescription
  ).custom.esbuild as BuildOptions & FrameworkOptions;
  return { ...options, external: exclude, outExtension: { '.js': outputFileExtension }, sourcemap: false };
}

test(
  'a bundle holds only the clients that its function uses',
  async () => {
    const { metafile } = await build({
      ...bundleOptions(),
      absWorkingDir: ROOT,
      entryPoints: [
        'functions/saga/await-redrive.ts',
        'functions/http/order-status.ts',
        'functions/http/list-stocks.ts',
      ],
      outbase: ROOT,
      outdir: join(ROOT, 'unwritten'),
      write: false,
      metafile: true,
    });
    const clients = ['client-dynamodb', 'client-sfn', 'grpc-js', 'jose'];
    const used = Object.values(metafile.outputs).map(({ entryPoint, inputs }) => [
      entryPoint,
      clients.filter((client) => Object.keys(inputs).some((path) => path.includes(`/${client}/`))),
    ]);
    expect(Object.fromEntries(used)).toEqual({
      'functions/saga/await-redrive.ts': [],
      'functions/http/order-status.ts': ['client-dynamodb'],
      'functions/http/list-stocks.ts': ['grpc-js'],
    });
  },
  LONG,
);

test(
  'every function’s bundle loads without node_modules, and its errors keep their names',
  async () => {
    const handlers = Object.values(read('functions/functions.yml') as Record<string, { readonly handler: string }>);
    const modules = handlers.map(({ handler }) => handler.replace(/\.handler$/, ''));
    const folder = await mkdtemp(join(tmpdir(), 'bundles-'));
    try {
      await build({
        ...bundleOptions(),
        absWorkingDir: ROOT,
        entryPoints: modules.map((module) => `${module}.ts`),
        outbase: ROOT,
        outdir: folder,
        // What functions share is written once: each has the same code as on its own, in a sixth of the time.
        splitting: true,
      });
      const check = join(folder, 'check.mjs');
      await writeFile(
        check,
        `const names = [];
for (const module of ${JSON.stringify(modules)}) {
  const { handler } = await import('./' + module + '.mjs');
  if (typeof handler === 'function') names.push(module);
}
const { handler } = await import('./functions/saga/await-redrive.mjs');
const error = await handler({}).catch((thrown) => thrown);
console.log(JSON.stringify({ names, error: error.name, stack: error.stack.split(':')[0] }));`,
      );
      const { stdout } = await promisify(execFile)(process.execPath, [check], {
        env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
      });
      expect(JSON.parse(stdout)).toEqual({
        names: modules,
        error: 'InvalidTaskInputError',
        stack: 'InvalidTaskInputError',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  LONG,
);
