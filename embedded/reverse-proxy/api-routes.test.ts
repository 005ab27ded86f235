import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../tests/support/http-server.ts';
import { findFreePort } from '../ports.ts';
import type { RestartingWorker } from '../supervisor/restarting-worker.ts';
import { startApiProxy } from './api-proxy.ts';
import { apiRoutes, methodsOf } from './api-routes.ts';

const functions = {
  list: { handler: 'a', name: 'a', events: [{ http: { method: 'get', path: '/webhooks' } }] },
  create: { handler: 'b', name: 'b', events: [{ http: { method: 'post', path: 'webhooks' } }, { schedule: 'rate' }] },
  docs: { handler: 'c', name: 'c', events: [{ http: { method: 'GET', path: '/docs/{proxy+}' } }] },
  one: { handler: 'd', name: 'd', events: [{ http: { method: 'delete', path: '/webhooks/{id}' } }] },
  secret: { handler: 'f', name: 'f', events: [{ http: { method: 'post', path: '/webhooks/secret' } }] },
  pay: { handler: 'g', name: 'g', events: [{ http: { method: 'post', path: '/payment/pay' } }] },
  task: { handler: 'e', name: 'e' },
};

test.each([
  ['/webhooks', ['GET', 'HEAD', 'POST']],
  ['/webhooks/?a=1', ['GET', 'HEAD', 'POST']],
  ['/%77ebhooks', ['GET', 'HEAD', 'POST']],
  ['/webhooks/7', ['DELETE']],
  ['/webhooks/secret', ['POST']],
  ['/webhooks/7/8', []],
  ['/docs/a/b.js', ['GET', 'HEAD']],
  ['/docs', []],
  ['*', []],
])('the methods of %s are %j', (url, methods) => {
  expect(methodsOf(apiRoutes(functions))(url)).toEqual(methods);
});

describe('a request with another method than its path has', () => {
  let api: HttpServer;
  let proxy: RestartingWorker;
  let url: string;
  const asked: string[] = [];
  beforeEach(() => {
    asked.length = 0;
  });

  beforeAll(async () => {
    // As serverless-offline answers what it has no route for.
    api = await startHttpServer((incoming, response) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"statusCode":404}');
    });
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    proxy = await startApiProxy({ host: '127.0.0.1', port, upstreamPort: api.port, routes: apiRoutes(functions) });
  });

  afterAll(async () => {
    await proxy.close();
    await api.close();
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET'])('%s gets 405 with the methods in Allow', async (method) => {
    const answer = await fetch(`${url}/payment/pay`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await answer.json()).toMatchObject({
      status: 405,
      success: false,
      meta: { code: 'METHOD_NOT_ALLOWED', request_id: expect.any(String) },
      data: 'this path takes POST; /docs lists all calls',
    });
  });

  test('HEAD of a path without GET gets 405 too', async () => {
    const answer = await fetch(`${url}/webhooks/7`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'DELETE']);
  });

  test('a path of its own is not taken for one with a variable', async () => {
    const answer = await fetch(`${url}/webhooks/secret`, { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(asked).toEqual([]);
  });

  test('an unknown path is still not found', async () => {
    const answer = await fetch(`${url}/elsewhere`, { method: 'PUT' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([404, null]);
  });
});
