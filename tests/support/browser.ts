import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Linux distributions put a Chromium. */
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser that runs on this machine. */
interface Executable {
  readonly path: string;
  readonly args: readonly string[];
}

/** Drawing with a simulated GPU takes a third more CPU, and these pages need none. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu'];

/** Of the package's arguments for Lambda: a single process ends with its first page; the tests need the web's own security. */
const UNWANTED =
  /^--(?:single-process|no-zygote|disable-web-security|in-process-gpu|ignore-gpu-blocklist|use-gl=|use-angle=|enable-unsafe-swiftshader)/;

/** Finds CHROMIUM_PATH, an installed browser, or that of @sparticuz/chromium, which runs on Linux x64 alone. */
async function findExecutable(): Promise<Executable | undefined> {
  const named = process.env.CHROMIUM_PATH;
  const path = named === undefined || named === '' ? INSTALLED.find((each) => existsSync(each)) : named;
  if (path !== undefined) {
    return { path, args: ARGUMENTS };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return undefined;
  }
  const { default: packaged } = await import('@sparticuz/chromium');
  const args = packaged.args.filter((each) => !UNWANTED.test(each));
  return { path: await packaged.executablePath(), args: [...args, ...ARGUMENTS] };
}

/** Starts a browser; undefined where this machine has none. */
export async function startBrowser(): Promise<Browser | undefined> {
  const executable = await findExecutable();
  return executable && chromium.launch({ executablePath: executable.path, args: [...executable.args], headless: true });
}
