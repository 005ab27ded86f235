import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { httpEvent } from '../../tests/support/http-event.ts';
import { createHandler, readBundle } from './console.ts';
import type { Endpoint } from './endpoint.ts';

let folder: string;
let handler: Endpoint;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-bundle-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<base href="./" /><script src="./assets/a-1.js"></script>');
  await writeFile(join(folder, 'assets', 'a-1.js'), 'run();');
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, 'sources.sha256'), 'abc');
  const bundle = readBundle(pathToFileURL(`${folder}/`));
  handler = createHandler(() => bundle);
});
afterAll(() => rm(folder, { recursive: true }));

function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  return handler({ ...httpEvent({ headers }), path });
}

test.each([
  ['/console', 'https://api.example/dev/console'],
  ['/console/', 'https://api.example/dev/console/'],
  ['/console/orders', 'https://api.example/dev/console/orders'],
  ['/console/orders/bdc38c99', 'https://api.example/dev/console/orders/bdc38c99'],
  ['/console/orders/bdc38c99/', 'https://api.example/dev/console/orders/bdc38c99/'],
])('the page at %s finds its files, behind a stage too', async (path, address) => {
  const { statusCode, headers, body } = await get(path);
  expect([statusCode, headers?.['Cache-Control']]).toEqual([200, 'no-store']);
  const base = /<base href="([^"]*)"/.exec(body)?.[1] ?? '';
  expect(new URL('./assets/a-1.js', new URL(base, address)).href).toBe('https://api.example/dev/console/assets/a-1.js');
});

test('invoked without an event, as by hand, it leads to the page', async () => {
  const { path: _none, ...event } = httpEvent({});
  const answer = await handler(event as Parameters<Endpoint>[0]);
  expect([answer.statusCode, answer.headers?.Location]).toEqual([302, 'console']);
});

test('the page runs only scripts of its own and is in no frame', async () => {
  const { headers } = await get('/console/');
  const policy = String(headers?.['Content-Security-Policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(headers?.['X-Content-Type-Options']).toBe('nosniff');
});

test('a file with a digest in its name is kept by browsers, any other is asked for again', async () => {
  expect(await get('/console/assets/a-1.js')).toMatchObject({
    statusCode: 200,
    body: 'run();',
    headers: {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
    },
  });
  const { headers } = await get('/console/favicon.svg');
  expect(headers).toMatchObject({ 'Content-Type': 'image/svg+xml', 'Cache-Control': 'no-cache' });
  expect(await get('/console/favicon.svg', { 'If-None-Match': String(headers?.ETag) })).toMatchObject({
    statusCode: 304,
    body: '',
  });
});

test('a file that is gone is not answered with the page, and nothing else of the folder is served', async () => {
  expect(await get('/console/assets/old-0.js')).toMatchObject({ statusCode: 404 });
  for (const path of ['/console/sources.sha256', '/console/../package.json', '/console/%2e%2e/package.json']) {
    expect((await get(path)).body).toContain('<base href=');
  }
});

test('files are found below a page whose address ends with a slash that the function does not see', async () => {
  const base = /<base href="([^"]*)"/.exec((await get('/console')).body)?.[1] ?? '';
  const file = new URL('./assets/a-1.js', new URL(base, 'https://api.example/console/'));
  expect(await get(file.pathname)).toMatchObject({ statusCode: 200, body: 'run();' });
});

test('/ leads to the console, with or without a stage before it', async () => {
  const { statusCode, headers } = await get('/');
  expect(statusCode).toBe(302);
  expect(new URL(String(headers?.Location), 'https://api.example/dev/').href).toBe('https://api.example/dev/console');
});

test('where the console is not built the answer says how to build it', async () => {
  const unbuilt = createHandler(() => readBundle(pathToFileURL(`${folder}/none/`)));
  const { statusCode, body } = await unbuilt({ ...httpEvent(), path: '/console/' });
  expect([statusCode, JSON.parse(body)]).toMatchObject([503, { data: expect.stringContaining('npm run console') }]);
});

test('each answer of the console has exactly the headers that a browser needs', async () => {
  const [page, file, asset, root] = await Promise.all(
    ['/console', '/console/favicon.svg', '/console/assets/a-1.js', '/'].map((path) => get(path)),
  );
  const ETag = expect.any(String);
  expect(page?.headers).toEqual({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'self'; " +
      "form-action 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    ETag,
  });
  const ofFile = { 'X-Content-Type-Options': 'nosniff', ETag };
  expect(file?.headers).toEqual({ ...ofFile, 'Content-Type': 'image/svg+xml', 'Cache-Control': 'no-cache' });
  expect(asset?.headers).toEqual({
    ...ofFile,
    'Content-Type': 'text/javascript; charset=utf-8',
    'Cache-Control': 'public, max-age=31536000, immutable',
  });
  const leading = { Location: 'console', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  expect(root).toMatchObject({ statusCode: 302, headers: leading, body: '' });
});

test('a bundle has its pages, scripts, style sheets and pictures as text, and nothing else', async () => {
  const nested = join(folder, 'nested');
  await mkdir(join(nested, 'assets'), { recursive: true });
  const files = { 'a.html': 'html', 'b.js': 'js', 'assets/c.css': 'css', 'd.svg': 'svg', 'e.map': 'map', f: 'none' };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(nested, name), text);
  }
  const bundle = readBundle(pathToFileURL(`${nested}/`));
  await rm(nested, { recursive: true });
  expect(Object.fromEntries(bundle)).toEqual({
    'a.html': { text: 'html', mediaType: 'text/html; charset=utf-8' },
    'b.js': { text: 'js', mediaType: 'text/javascript; charset=utf-8' },
    'assets/c.css': { text: 'css', mediaType: 'text/css; charset=utf-8' },
    'd.svg': { text: 'svg', mediaType: 'image/svg+xml' },
  });
});

test('what is not there is answered in words, with a code', async () => {
  const gone = await get('/console/assets/old-0.js');
  expect(JSON.parse(gone.body)).toMatchObject({
    data: 'the console has no such file; load the page again',
    meta: { code: 'NO_SUCH_CALL' },
  });
  const unbuilt = createHandler(() => readBundle(pathToFileURL(`${folder}/none/`)));
  const { body } = await unbuilt({ ...httpEvent(), path: '/console' });
  expect(JSON.parse(body)).toMatchObject({
    data: 'the console is not built here: npm run console builds it',
    meta: { code: 'NOT_READY' },
  });
  const withoutPage = await createHandler(() => new Map())({ ...httpEvent(), path: '/console' });
  expect(withoutPage).toMatchObject({ statusCode: 200, body: '' });
});

test('only a file of the bundle’s own folders is looked for, at the end of the path', async () => {
  for (const path of ['/console/xfavicon.svg', '/console/favicon.svg/', '/console/assets/', '/console/faviconXsvg']) {
    expect((await get(path)).body).toContain('<base href=');
  }
  expect((await get('/console/deep/down/favicon.svg')).body).toBe('<svg/>');
});

test('the console needs no credentials: it asks for them itself', async () => {
  process.env.AUTH_MODE = 'api-key';
  const { statusCode } = await get('/console');
  process.env.AUTH_MODE = 'none';
  expect(statusCode).toBe(200);
});
