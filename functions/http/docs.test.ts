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
