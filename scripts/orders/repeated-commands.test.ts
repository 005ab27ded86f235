import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../tests/support/http-server.ts';
import { runCommand } from './commands.ts';
import { OrdersApiError, openOrdersApi, UnknownOutcomeError } from './orders-api.ts';

const REFUND = ['refund', '8f14e45f-ceea-467f-9a0b-3d5c0f1e2a7b', '--reason', 'broken'];
const RESTOCK = ['stock', 'restock', 'pen', '5', '--reason', 'delivery'];
const BUSY = { status: 503, success: false, meta: { code: 'SAGA_UNAVAILABLE' }, data: 'try again' };
const REFUSED = { status: 409, success: false, meta: { code: 'ORDER_NOT_REFUNDABLE' }, data: 'not confirmed' };

let server: HttpServer;
let keys: string[];
/** What the API answers; undefined: it breaks the connection off. */
let answer: { readonly status: number } | string | undefined;

beforeEach(async () => {
  keys = [];
  server = await startHttpServer(async (request, response) => {
    await text(request);
    keys.push(String(request.headers['idempotency-key']));
    if (answer === undefined) {
      request.socket.destroy();
    } else if (typeof answer === 'string') {
      response.end(answer);
    } else {
      response.writeHead(answer.status).end(JSON.stringify(answer));
    }
  });
});

afterEach(() => server.close());

async function failure(args: readonly string[], options: { url?: string; apiKey?: string } = {}): Promise<Error> {
  const api = openOrdersApi({ url: server.url, ...options });
  return runCommand(args, api).then(
    () => new Error('the command had success'),
    (error: Error) => error,
  );
}

test.each([
  ['a refund without an answer', REFUND, undefined],
  ['a refund that a saga could not be started for', REFUND, BUSY],
  ['a refund that a proxy answers', REFUND, '<html>'],
  ['a restock without an answer', RESTOCK, undefined],
] as const)('%s names the key with which the same command takes effect once', async (_what, args, given) => {
  answer = given;
  const error = await failure(args);
  expect(error).toBeInstanceOf(UnknownOutcomeError);
  const [, key = ''] = /The same command with --key (\S+) does it once/.exec(error.message) ?? [];
  expect(keys).toEqual([key]);
  await failure([...args, '--key', key]);
  expect(keys).toEqual([key, key]);
});

test('each command without a key is a request of its own, and a refusal names no key', async () => {
  answer = REFUSED;
  const refused = await failure(REFUND);
  await failure(REFUND);
  expect(refused.message).toBe('not confirmed (409 ORDER_NOT_REFUNDABLE)');
  expect(new Set(keys).size).toBe(2);
});

test('an API that was never reached did nothing', async () => {
  const gone = await startHttpServer(() => undefined);
  await gone.close();
  const error = await failure(REFUND, { url: gone.url });
  expect(error.message).toMatch(/^no answer from http/);
  expect(error).not.toBeInstanceOf(UnknownOutcomeError);
});

test.each(['127.0.0.1:3000', 'localhost:3000', 'ftp://shop.example', 'shop'])(
  'says that %s is no address of the API',
  async (url) => {
    const error = await failure(['summary'], { url });
    expect(error).toBeInstanceOf(OrdersApiError);
    expect(error.message).toContain(`ORDERS_URL must be a URL such as http://127.0.0.1:3000, not "${url}"`);
  },
);

test('says that a key is not of ASCII, without the key', async () => {
  const error = await failure(['summary'], { apiKey: 'schlüssel–' });
  expect(error).toBeInstanceOf(OrdersApiError);
  expect(error.message).not.toContain('schl');
});
