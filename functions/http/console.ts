import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { once } from '../common/once.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { respond } from './response.ts';
import { respondWithFile, respondWithScriptedPage, type StaticFile } from './static-response.ts';

/** The bundle of console/, beside the functions in the checkout and in a function's package alike. */
const BUNDLE_FOLDER = new URL('../../console/dist/', import.meta.url);
const PAGE = 'index.html';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * A file at the end of a path. What is before it does not matter: serverless-offline hides from a function whether the page's
 * address ends with a slash, so the page may look for its files one folder too deep.
 */
const FILE_NAME = /(?<=\/)(assets\/[^/]+|favicon\.svg)$/;

/** The console loads its own files and calls this API, nothing else. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'self'; " +
  "form-action 'none'; frame-ancestors 'none'";

/** The files of a bundle by their paths in it. */
export type Bundle = ReadonlyMap<string, StaticFile>;

/** Reads a bundle. @throws Error where there is none */
export function readBundle(folder: URL): Bundle {
  const files = readdirSync(fileURLToPath(folder), { recursive: true, encoding: 'utf8' }).flatMap((path) => {
    const mediaType = MEDIA_TYPES[extname(path)];
    const name = path.replaceAll('\\', '/');
    return mediaType === undefined
      ? []
      : [[name, { text: readFileSync(new URL(name, folder), 'utf8'), mediaType }] as const];
  });
  return new Map(files);
}

/** Makes `GET /console`, every path below it, and `/`, which leads there. */
export function createHandler(bundle: () => Bundle): Endpoint {
  return createEndpoint(
    async ({ path }) => {
      if (!path.startsWith('/console')) {
        return redirect('console');
      }
      const files = loaded(bundle);
      if (files === undefined) {
        return respond(503, 'the console is not built here: npm run console builds it', {
          meta: { code: 'NOT_READY' },
        });
      }
      const name = FILE_NAME.exec(path)?.[0];
      if (name === undefined) {
        return pageResponse(files, path);
      }
      const file = files.get(name);
      // Of earlier bundles nothing is left, and a page in place of a script would only confuse.
      return file === undefined
        ? respond(404, 'the console has no such file; load the page again', { meta: { code: 'NO_SUCH_CALL' } })
        : respondWithFile(file, name.startsWith('assets/'));
    },
    { open: true },
  );
}

function loaded(bundle: () => Bundle): Bundle | undefined {
  try {
    return bundle();
  } catch {
    // A checkout in which nothing was started or packaged yet.
    return undefined;
  }
}

function redirect(location: string): APIGatewayProxyResult {
  return {
    statusCode: 302,
    headers: { Location: location, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' },
    body: '',
  };
}

/**
 * The console's page, the same for each of its paths. Its files are found relative to the page's own address: only the
 * browser knows the stage or the proxy before it.
 */
function pageResponse(files: Bundle, path: string): APIGatewayProxyResult {
  const depth = path.split('/').length - 2;
  const base = depth === 0 ? 'console/' : `./${'../'.repeat(depth - 1)}`;
  const page = files.get(PAGE)?.text ?? '';
  return respondWithScriptedPage(
    page.replace('<base href="./" />', `<base href="${base}" />`),
    CONTENT_SECURITY_POLICY,
  );
}

/** `GET /console` and below. */
export const handler = createHandler(once(() => readBundle(BUNDLE_FOLDER)));
