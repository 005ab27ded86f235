import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../testing/http-server.ts';
import { isFromForeignPage } from './foreign-page.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer((incoming, response) => response.end(String(isFromForeignPage(incoming))));
});
afterAll(() => server.close());

type Headers = Readonly<Record<string, string>>;

async function isForeign(method: string, headers: Headers): Promise<boolean> {
  const { port } = server;
  const sent = request({ host: '127.0.0.1', port, agent: false, method, headers }).end();
  const [answered] = (await once(sent, 'response')) as [IncomingMessage];
  const [said] = (await once(answered, 'data')) as [Buffer];
  return String(said) === 'true';
}

test.each<Headers>([
  { host: 'localhost:3000' },
  { host: '127.0.0.1' },
  { host: '127.1.2.3:4566' },
  { host: '[::1]:4566' },
  { host: 'api.localhost' },
  { host: 'localhost.localstack.cloud:4566' },
  { host: 'sync-localhost:4566' },
  { host: 'sync-127.0.0.1:4566' },
  { host: 'sync-localhost.localstack.cloud:4566' },
  { host: 'localhost:3000', origin: 'http://localhost:3000' },
  { host: 'localhost:3000', origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
  { host: 'localhost:3000', 'sec-fetch-site': 'none' },
])('a program or a page of this very server, %j, is taken', async (headers) => {
  expect(await isForeign('POST', headers)).toBe(false);
});

test.each<Headers>([
  { host: 'rebound.example' },
  { host: 'sync-rebound.example' },
  { host: 'rebound.example:3000', origin: 'http://rebound.example:3000', 'sec-fetch-site': 'same-origin' },
  { host: '127.0.0.1.rebound.example' },
  { host: 'notlocalhost' },
  { host: 'localhost@rebound.example' },
  { host: '192.168.0.7:3000' },
  { host: 'localhost:3000', origin: 'https://elsewhere.example' },
  { host: 'localhost:3000', origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' },
  { host: 'localhost:3000', origin: 'null' },
  { host: 'localhost:3000', 'sec-fetch-site': 'cross-site' },
  {
    host: 'localhost:3000',
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  },
])('a page of another origin, %j, is not', async (headers) => {
  expect(await isForeign('POST', headers)).toBe(true);
});

test('a link to the documentation may be followed from anywhere, but not framed or fetched', async () => {
  const cross = { host: 'localhost:3000', 'sec-fetch-site': 'cross-site' };
  const link = { ...cross, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  expect(await isForeign('GET', link)).toBe(false);
  expect(await isForeign('GET', { ...link, 'sec-fetch-dest': 'iframe' })).toBe(true);
  expect(await isForeign('GET', { ...link, 'sec-fetch-mode': 'no-cors' })).toBe(true);
  expect(await isForeign('GET', { ...link, host: 'rebound.example' })).toBe(true);
});
