import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWhenNeeded, type ConsoleRoom, ENGINE_CONSOLE, isBuilt } from 'resilient-stepfunctions/console-build';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
/** What both consoles share. */
const SHARED = '../packages/stepfunctions/console';

/** The shop's console: what the function `console` serves. Git ignores its bundle. */
const ORDERS_CONSOLE: ConsoleRoom = {
  folder: FOLDER,
  bundleFolder: join(FOLDER, 'dist'),
  sources: [
    'build.ts',
    'index.html',
    'tsconfig.json',
    '../package-lock.json',
    'src/**/*.{ts,tsx,css}',
    'public/*',
    `${SHARED}/*.ts`,
    `${SHARED}/components/**/*.{ts,tsx}`,
    `${SHARED}/styles/*.css`,
  ],
};

/** Whether both bundles are of the sources as they are. */
export function areConsolesBuilt(): boolean {
  return [ORDERS_CONSOLE, ENGINE_CONSOLE].every(isBuilt);
}

/**
 * Builds the shop's console and the engine's, unless their bundles are of the same sources already. A build takes a second or
 * two.
 *
 * @throws Error where one cannot be built; an earlier bundle stays
 */
export async function buildConsolesWhenNeeded(): Promise<void> {
  await buildWhenNeeded(ORDERS_CONSOLE);
  await buildWhenNeeded(ENGINE_CONSOLE);
}

if (import.meta.main) {
  // A failure ends the process, as `await` would have it.
  void buildConsolesWhenNeeded();
}
