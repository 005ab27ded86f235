import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { httpEvent } from '../../tests/support/http-event.ts';
import { OPERATIONS } from './contract/operations.ts';
import { handler } from './docs.ts';

process.env.AUTH_MODE = 'none';

function get(path: string) {
  return handler({ ...httpEvent({ headers: { Host: 'localhost:3000' } }), path });
}

async function scriptNames(): Promise<readonly string[]> {
  const { body } = await get('/docs');
  return [...body.matchAll(/<script src="([^"]+)"/g)].map(([, src = '']) => src);
}

test('the page has the document of every call in it, and loads only its own scripts', async () => {
  const { statusCode, headers, body } = await get('/docs');
  expect([statusCode, headers?.['Content-Type']]).toEqual([200, 'text/html; charset=utf-8']);
  const [, document = ''] = /<script id="api-reference"[^>]*>(.*)<\/script>/.exec(body) ?? [];
  const { paths } = JSON.parse(document);
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(OPERATIONS.flatMap((operation) => operation.paths)));
  const policy = String(headers?.['Content-Security-Policy']);
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
  expect(body).not.toMatch(/<(link|img|iframe)|src="(?!docs\/)|https?:\/\/(?!localhost|shop\.example)/);
});

test('a script is kept by browsers, and an address that is gone is not answered with another file', async () => {
  const names = await scriptNames();
  expect(names).toEqual([
    expect.stringMatching(/^docs\/examples-[0-9a-f]{16}\.js$/),
    expect.stringMatching(/^docs\/scalar-[0-9a-f]{16}\.js$/),
  ]);
  for (const name of names) {
    expect(await get(`/${name}`)).toMatchObject({
      statusCode: 200,
      headers: { 'Cache-Control': 'public, max-age=31536000, immutable' },
    });
  }
  expect(await get('/docs/scalar-0000000000000000.js')).toMatchObject({ statusCode: 404 });
});

test('the page and its scripts have exactly the headers that a browser needs', async () => {
  const [name] = await scriptNames();
  const [page, script, gone] = await Promise.all(['/docs', `/${name}`, '/docs/none.js'].map(get));
  const ETag = expect.any(String);
  expect(page?.headers).toEqual({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    ETag,
  });
  expect(script?.headers).toEqual({
    'Content-Type': 'text/javascript; charset=utf-8',
    'Cache-Control': 'public, max-age=31536000, immutable',
    'X-Content-Type-Options': 'nosniff',
    ETag,
  });
  expect(typeof script?.body).toBe('string');
  expect(JSON.parse(String(gone?.body))).toMatchObject({
    data: 'the documentation has no such file; load the page again',
    meta: { code: 'NO_SUCH_CALL' },
  });
});

test('the page is read without credentials, says what it needs, and asks no server of its viewer’s maker', async () => {
  process.env.AUTH_MODE = 'api-key';
  const { statusCode, body } = await get('/docs');
  process.env.AUTH_MODE = 'none';
  expect(statusCode).toBe(200);
  expect(body).toContain('<title>Orders API</title>');
  expect(body).toContain(
    'This page needs JavaScript. The API as a document for programs: openapi.json, beside this page.',
  );
  const [, escaped = ''] = /data-configuration="([^"]*)"/.exec(body) ?? [];
  expect(JSON.parse(escaped.replaceAll('&quot;', '"'))).toEqual({
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
  });
  expect(body.split('<script').length - 1).toBe(3);
});

test('only what ends like a script below the documentation is looked for as one', async () => {
  const [name = ''] = await scriptNames();
  for (const path of [`/x${name}`, `/${name}x`, `/${name.replace('docs/', 'docs/more/')}`, '/docs/.js', '/docs/']) {
    expect([path, (await get(path)).headers?.['Content-Type']]).toEqual([path, 'text/html; charset=utf-8']);
  }
});

test('a request that places an order without a key gets one, and the same one again while its outcome is unknown', async () => {
  const [examples = ''] = await scriptNames();
  const keys: (string | null)[] = [];
  const statuses = [503, 0, 202, 202, 202];
  const api = async (_url: string, { headers }: { headers: Headers }) => {
    const status = statuses[keys.push(headers.get('idempotency-key')) - 1];
    return status === 0 ? Promise.reject(new TypeError('connection reset')) : { status };
  };
  const window = { fetch: api };
  const location = new URL('http://localhost:3000/docs');
  runInNewContext((await get(`/${examples}`)).body, { window, location, URL, Request, setTimeout, crypto });

  const fetch = window.fetch as unknown as typeof globalThis.fetch;
  const place = (headers: Record<string, string> = {}) =>
    fetch('http://localhost:3000/orders/place', { method: 'POST', body: '{"list":[]}', headers });
  await place();
  await expect(place()).rejects.toThrow('connection reset');
  await place();
  await place();
  await place({ 'Idempotency-Key': 'my own' });
  const [first, , , later] = keys;
  expect(keys).toEqual([first, first, first, later, 'my own']);
  expect([first, later]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.not.stringMatching(String(first))]);
});

// The page's own script, with an API that knows one kind of order. The browser test sees it at work with a real one.
test('an example with an order that does not exist is sent with one that was placed for it', async () => {
  const [examples = ''] = await scriptNames();
  const calls: { readonly method: string; readonly path: string; readonly body: string }[] = [];
  const api = async (url: string | URL, { method = 'GET', body = '' }: { method?: string; body?: string } = {}) => {
    const { pathname, search } = new URL(url);
    calls.push({ method, path: pathname + search, body });
    const status = calls.some((call) => call.body.includes('tok_visa')) ? 'CONFIRMED' : 'AWAITING_PAYMENT';
    return { json: async () => ({ success: true, data: { order_id: 'placed-1', status } }) };
  };
  const window = { fetch: api };
  const location = new URL('http://localhost:3000/docs');
  runInNewContext((await get(`/${examples}`)).body, { window, location, URL, Request, setTimeout });

  const fetch = window.fetch as unknown as typeof globalThis.fetch;
  const id = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';
  await fetch(`http://localhost:3000/orders/saga?order_id=${id}`);
  expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /orders/place',
    'GET /orders/status?order_id=placed-1',
    'GET /orders/saga?order_id=placed-1',
  ]);
  calls.length = 0;
  await fetch('http://localhost:3000/orders/cancel', { method: 'POST', body: JSON.stringify({ order_id: id }) });
  expect(calls.map(({ body }) => body)).toEqual([
    expect.not.stringContaining('payment'),
    '',
    JSON.stringify({ order_id: 'placed-1' }),
  ]);
});
