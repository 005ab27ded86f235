import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isLoopbackConnection } from './foreign-page.ts';

/** Where the built console is: beside the bundled program, or in the checkout's dist folder. */
const FOLDERS = [new URL('./console/', import.meta.url), new URL('../../dist/console/', import.meta.url)];

const PAGE = 'index.html';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page loads its own files and calls this endpoint, nothing else, and no other page shows it in a frame. */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const NOT_BUILT = 'The console is not built in this checkout: npm run console builds it.\n';

/** The files of the console by their paths; undefined where it is not built. */
export type ConsoleFiles = ReadonlyMap<string, string>;

/** Reads the built console. */
export function readConsoleFiles(folders: readonly URL[] = FOLDERS): ConsoleFiles | undefined {
  const folder = folders.find((each) => existsSync(new URL(PAGE, each)));
  if (folder === undefined) {
    return undefined;
  }
  const names = readdirSync(fileURLToPath(folder), { recursive: true, encoding: 'utf8' });
  const known = names.map((name) => name.replaceAll('\\', '/')).filter((name) => extname(name) in MEDIA_TYPES);
  return new Map(known.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
}

/** Answers a browser on this machine with the console. False for every other request: then nothing was answered. */
export function answerConsole(
  request: IncomingMessage,
  response: ServerResponse,
  files: () => ConsoleFiles | undefined,
): boolean {
  if (request.method !== 'GET' || !isLoopbackConnection(request)) {
    return false;
  }
  const path = request.url ?? '/';
  if (path === '/') {
    if (!String(request.headers.accept ?? '').includes('text/html')) {
      return false;
    }
    const page = files()?.get(PAGE);
    const status = page === undefined ? 503 : 200;
    const type = page === undefined ? 'text/plain; charset=utf-8' : MEDIA_TYPES['.html'];
    response.writeHead(status, { 'content-type': type, ...PAGE_HEADERS }).end(page ?? NOT_BUILT);
    return true;
  }
  const name = path.slice(1);
  const file = name === PAGE ? undefined : files()?.get(name);
  if (file === undefined) {
    return false;
  }
  response
    .writeHead(200, {
      'content-type': MEDIA_TYPES[extname(name)],
      // The name of an asset changes with its content.
      'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    .end(file);
  return true;
}
