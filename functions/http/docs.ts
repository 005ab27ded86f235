import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { once } from '../common/once.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { escaped } from './html.ts';
import { documentFor } from './openapi-document.ts';
import { respond } from './response.ts';
import { respondWithFile, respondWithScriptedPage } from './static-response.ts';

/** Scalar's whole file, beside the functions in the checkout and in this function's package alike. */
const SCALAR = new URL('../../node_modules/@scalar/api-reference/dist/browser/standalone.js', import.meta.url);
/** Runs before it. */
const EXAMPLES = new URL('../../functions/http/docs-examples.js', import.meta.url);

/** The page loads its own scripts and calls this API, nothing else. Scalar writes its styles into the page. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Nothing of it asks a server of Scalar's. */
const CONFIGURATION = {
  telemetry: false,
  withDefaultFonts: false,
  showDeveloperTools: 'never',
  hideClientButton: true,
  agent: { disabled: true },
  mcp: { disabled: true },
  authentication: { preferredSecurityScheme: 'ApiKey' },
  persistAuth: false,
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  operationTitleSource: 'summary',
};

interface Script {
  readonly name: string;
  readonly text: string;
}

function readScript(name: string, file: URL): Script {
  const text = readFileSync(file, 'utf8');
  return { name: `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.js`, text };
}

const scripts = once((): readonly Script[] => [readScript('examples', EXAMPLES), readScript('scalar', SCALAR)]);

/**
 * Makes `GET /docs` and the scripts below it. What is before a script's name does not matter, because the page may look for
 * it one folder too deep (console.ts).
 */
export function createHandler(): Endpoint {
  return createEndpoint(
    async (request) => {
      const name = /(?<=\/docs\/)[^/]+\.js$/.exec(request.path)?.[0];
      if (name === undefined) {
        return pageResponse(documentFor(request));
      }
      const script = scripts().find((each) => each.name === name);
      return script === undefined
        ? respond(404, 'the documentation has no such file; load the page again', { meta: { code: 'NO_SUCH_CALL' } })
        : respondWithFile({ text: script.text, mediaType: 'text/javascript; charset=utf-8' }, true);
    },
    { open: true },
  );
}

/** The document stands in the page, so that it needs no address of its own. */
function pageResponse(document: string) {
  const tags = scripts().map(({ name }) => `<script src="docs/${name}"></script>`);
  return respondWithScriptedPage(
    `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orders API</title></head><body>
<noscript>This page needs JavaScript. The API as a document for programs: openapi.json, beside this page.</noscript>
<script id="api-reference" type="application/json" data-configuration="${escaped(JSON.stringify(CONFIGURATION))}">${document.replaceAll('<', '\\u003c')}</script>
${tags.join('\n')}
</body></html>
`,
    CONTENT_SECURITY_POLICY,
  );
}

/** `GET /docs` and below. */
export const handler = createHandler();
