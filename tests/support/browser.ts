import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Linux distributions put a Chromium. */
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser that runs on this machine. */
interface Executable {
  readonly path: string;
  readonly args: readonly string[];
}

/** Finds CHROMIUM_PATH, an installed browser, or that of @sparticuz/chromium, which runs on Linux x64 alone. */
async function findExecutable(): Promise<Executable | undefined> {
  const named = process.env.CHROMIUM_PATH;
  const path = named === undefined || named === '' ? INSTALLED.find((each) => existsSync(each)) : named;
  if (path !== undefined) {
    return { path, args: ['--no-sandbox'] };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return undefined;
  }
  const { default: packaged } = await import('@sparticuz/chromium');
  // These are for Lambda: a single process ends with its first page, and the tests need the web's own security.
  const unwanted = ['--single-process', '--no-zygote', '--disable-web-security'];
  return {
    path: await packaged.executablePath(),
    args: packaged.args.filter((each) => !unwanted.includes(each)),
  };
}

/** Starts a browser; undefined where this machine has none. */
export async function startBrowser(): Promise<Browser | undefined> {
  const executable = await findExecutable();
  return executable && chromium.launch({ executablePath: executable.path, args: [...executable.args], headless: true });
}
