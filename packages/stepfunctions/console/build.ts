import { createHash } from 'node:crypto';
import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A console that Vite builds. */
export interface ConsoleRoom {
  /** Holds index.html. */
  readonly folder: string;
  /** Where its bundle goes. */
  readonly bundleFolder: string;
  /** Patterns of all files that decide how the bundle looks, from the folder; the versions of the packages included. */
  readonly sources: readonly string[];
}

const ROOM = fileURLToPath(new URL('.', import.meta.url));

/** The engine's own console. Git ignores its bundle. */
export const ENGINE_CONSOLE: ConsoleRoom = {
  folder: ROOM,
  bundleFolder: join(ROOM, '..', 'dist', 'console'),
  sources: ['*.{ts,html,json}', '{app,components}/**/*.{ts,tsx}', 'styles/*.css', '../package.json'],
};

/** Holds the digest of the sources that the bundle was made from. */
const STAMP = 'sources.sha256';
const MAX_ATTEMPTS = 10;

/** Whether the bundle is of the sources as they are. */
export function isBuilt(room: ConsoleRoom): boolean {
  return builtFrom(room) === digestOfSources(room);
}

/**
 * Builds a console, unless its bundle is of the same sources already. A build takes a second or two.
 *
 * @returns whether it was built now
 * @throws Error where it cannot be built; an earlier bundle stays
 */
export async function buildWhenNeeded(room: ConsoleRoom): Promise<boolean> {
  const digest = digestOfSources(room);
  if (builtFrom(room) === digest) {
    return false;
  }
  // Loaded only when needed: Vite takes longer to load than a stack that is built has to start.
  const { build } = await import('vite');
  // Several stacks may start at once. Each builds for itself, and the last one's bundle stays.
  const building = `${room.bundleFolder}.${process.pid}`;
  try {
    await build({
      configFile: false,
      root: room.folder,
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
    if (builtFrom(room) === digest) {
      return false;
    }
    replaceBundle(room, building);
    return true;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** Puts a finished bundle in the place of the one before. */
function replaceBundle({ bundleFolder }: ConsoleRoom, built: string): void {
  for (let attempt = 1; ; attempt += 1) {
    rmSync(bundleFolder, { recursive: true, force: true });
    try {
      renameSync(built, bundleFolder);
      return;
    } catch (error) {
      // Another process was quicker between the two calls.
      if (attempt === MAX_ATTEMPTS) {
        throw error;
      }
    }
  }
}

function digestOfSources({ folder, sources }: ConsoleRoom): string {
  const files = sources
    .flatMap((pattern) => globSync(pattern, { cwd: folder }))
    .filter((file) => !/\.test\.ts$/.test(file));
  const digest = createHash('sha256');
  for (const file of files.toSorted()) {
    digest.update(`${file}\0`).update(readFileSync(join(folder, file)));
  }
  return digest.digest('hex');
}

function builtFrom({ bundleFolder }: ConsoleRoom): string | undefined {
  try {
    return readFileSync(join(bundleFolder, STAMP), 'utf8');
  } catch {
    // Not built yet.
    return undefined;
  }
}

if (import.meta.main) {
  // A failure ends the process, as `await` would have it.
  void buildWhenNeeded(ENGINE_CONSOLE);
}
