import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// JavaScript, so that the cache is enabled before the first TypeScript is loaded.

/** The root of the checkout. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

const compileAhead = join(projectRoot, 'embedded', 'compile-ahead.mjs');
const sources = [
  'embedded/**/*.ts',
  'functions/**/*.ts',
  'grpc-services/**/*.ts',
  'packages/*/src/**/*.ts',
  'proto/**/*.ts',
  'telemetry/**/*.ts',
  'aws-clients/**/*.ts',
  'package-lock.json',
];

/** The folder of Node's compile cache: NODE_COMPILE_CACHE, or one in node_modules. */
export function compileCacheFolder() {
  return process.env.NODE_COMPILE_CACHE ?? join(projectRoot, 'node_modules', '.cache', 'node-compile-cache');
}

/**
 * Enables the compile cache. When sources have changed, a child process fills it first. If that fails, the stack starts all
 * the same, with more time and memory, and shows what is wrong itself.
 */
export function enableFilledCompileCache() {
  const folder = compileCacheFolder();
  if (contentOf(stampIn(folder)) !== fingerprintOfSources()) {
    spawnSync(process.execPath, [compileAhead], {
      cwd: projectRoot,
      env: { ...process.env, NODE_COMPILE_CACHE: folder },
      stdio: 'ignore',
    });
  }
  enableCompileCache(folder);
}

/** Fills the cache by the imports of `load`, and stores the fingerprint of the sources. */
export async function fillCompileCache(load) {
  const folder = compileCacheFolder();
  const fingerprint = fingerprintOfSources();
  enableCompileCache(folder);
  await load();
  flushCompileCache();
  remember(stampIn(folder), fingerprint);
}

function stampIn(folder) {
  return join(folder, 'compiled-ahead');
}

function fingerprintOfSources() {
  const fingerprint = createHash('sha256').update(process.version);
  for (const path of globSync(sources, { cwd: projectRoot }).sort()) {
    if (path.endsWith('.test.ts')) {
      continue;
    }
    const { mtimeMs, size } = statSync(join(projectRoot, path));
    fingerprint.update(`${path} ${mtimeMs} ${size}\n`);
  }
  return fingerprint.digest('hex');
}

function remember(stamp, fingerprint) {
  try {
    writeFileSync(stamp, fingerprint);
  } catch (error) {
    // Node runs without a cache where the folder cannot be written to.
    if (!['ENOENT', 'EACCES', 'EROFS'].includes(error.code)) {
      throw error;
    }
  }
}

function contentOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Absent, or no folder of this user's: Node then runs without a cache.
    return undefined;
  }
}
