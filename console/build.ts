import { createHash } from 'node:crypto';
import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOM = fileURLToPath(new URL('.', import.meta.url));

/** Where the bundle is: what the function `console` serves. Git ignores it. */
export const BUNDLE_FOLDER = join(ROOM, 'dist');

/** Holds the digest of the sources that the bundle was made from. */
const STAMP = 'sources.sha256';
const MAX_ATTEMPTS = 10;

/** Everything that decides how the bundle looks, the versions of the packages included. */
const SOURCES = [
  'build.ts',
  'index.html',
  'tsconfig.json',
  '../package-lock.json',
  'src/**/*.{ts,tsx,css}',
  'public/*',
];

/**
 * Builds the console, unless its bundle is of the same sources already. A build takes a second or two.
 *
 * @returns whether it was built now
 * @throws Error where it cannot be built; an earlier bundle stays
 */
export async function buildConsoleWhenNeeded(): Promise<boolean> {
  const digest = digestOfSources();
  if (builtFrom() === digest) {
    return false;
  }
  // Loaded only when needed: Vite takes longer to load than a stack that is built has to start.
  const { build } = await import('vite');
  // Several stacks may start at once. Each builds for itself, and the last one's bundle stays.
  const building = join(ROOM, '..', 'node_modules', '.cache', `console-${process.pid}`);
  try {
    await build({
      configFile: false,
      root: ROOM,
      // The API may have a stage in its path, so that no address of the bundle can be absolute.
      base: './',
      logLevel: 'warn',
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      build: {
        outDir: building,
        emptyOutDir: true,
        target: 'es2022',
        modulePreload: { polyfill: false },
        // The Content-Security-Policy lets nothing in that is not a file.
        assetsInlineLimit: 0,
        reportCompressedSize: false,
      },
    });
    writeFileSync(join(building, STAMP), digest);
    // Another process may have put the same bundle there meanwhile, and somebody may read it.
    if (builtFrom() === digest) {
      return false;
    }
    replaceBundle(building);
    return true;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** Puts a finished bundle in the place of the one before. */
function replaceBundle(built: string): void {
  for (let attempt = 1; ; attempt += 1) {
    rmSync(BUNDLE_FOLDER, { recursive: true, force: true });
    try {
      renameSync(built, BUNDLE_FOLDER);
      return;
    } catch (error) {
      // Another process was quicker between the two calls.
      if (attempt === MAX_ATTEMPTS) {
        throw error;
      }
    }
  }
}

function digestOfSources(): string {
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOM })).filter(
    (file) => !/\.test\.ts$/.test(file),
  );
  const digest = createHash('sha256');
  for (const file of files.toSorted()) {
    digest.update(`${file}\0`).update(readFileSync(join(ROOM, file)));
  }
  return digest.digest('hex');
}

function builtFrom(): string | undefined {
  try {
    return readFileSync(join(BUNDLE_FOLDER, STAMP), 'utf8');
  } catch {
    // Not built yet.
    return undefined;
  }
}

if (import.meta.main) {
  await buildConsoleWhenNeeded();
}
