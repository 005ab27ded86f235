import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// JavaScript, so that the cache is there before the first TypeScript is loaded.

/** The checkout this file lies in. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

const compileAhead = join(projectRoot, 'embedded', 'compile-ahead.mjs');
const sources = [
  'embedded/**/*.ts',
  'functions/**/*.ts',
  'grpc-services/**/*.ts',
  'packages/*/src/**/*.ts',
  'proto/**/*.ts',
  'package-lock.json',
];

/** Where Node keeps what it compiled, unless NODE_COMPILE_CACHE says otherwise. */
export function compileCacheFolder() {
  return process.env.NODE_COMPILE_CACHE ?? join(projectRoot, 'node_modules', '.cache', 'node-compile-cache');
}

/**
 * Turns the compile cache on, after a process of its own has filled it where sources have changed since the last time.
 * Where that fails the stack starts all the same: it only takes longer and more memory, and shows itself what is wrong.
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

/** Fills the cache, and remembers of which sources. */
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
    // A folder that cannot be written to has no cache either: Node goes on without one.
    if (!['ENOENT', 'EACCES', 'EROFS'].includes(error.code)) {
      throw error;
    }
  }
}

function contentOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
