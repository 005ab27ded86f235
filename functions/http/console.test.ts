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
