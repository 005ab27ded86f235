import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { orderApiLimits, requestPath } from './order-api-limits.ts';

// A thousand requests take their time on a busy machine.
jest.setTimeout(30_000);

describe('the limits of the order API', () => {
  const { limitOf } = orderApiLimits();

  test('never limit health, and count payments and redrives, orders, questions for a status, and all other requests apart', () => {
    expect(limitOf('/health')).toBeUndefined();
    expect(limitOf('/health/ready')).toBeUndefined();
    expect(limitOf('/orders/redrive')).toBe(limitOf('/payment/pay'));
    expect(limitOf('/orders')).toBe(limitOf('/inventory/stocks'));
    expect(limitOf('/orders/status')).not.toBe(limitOf('/inventory/stocks'));
    expect(limitOf('/orders/status')).not.toBe(limitOf('/orders/place'));
    expect(limitOf('/orders/place')).not.toBe(limitOf('/inventory/stocks'));
    expect(limitOf('/payment/pay')).not.toBe(limitOf('/orders/place'));
  });

  test('start at 48 within 12 to 256 for orders, at 32 within 8 to 256 for a status and quick requests, at 64 within 32 to 64 for payments', () => {
    expect(boundsOf(() => limited('/orders/place'))).toEqual({ first: 48, min: 12, max: 256 });
    expect(boundsOf(() => limited('/inventory/stocks'))).toEqual({ first: 32, min: 8, max: 256 });
    expect(boundsOf(() => limited('/orders/status'))).toEqual({ first: 32, min: 8, max: 256 });
    expect(boundsOf(() => limited('/payment/pay'))).toEqual({ first: 64, min: 32, max: 64 });
  });

  test.each([
    ['/health/../orders/place', '/orders/place'],
    ['/healthy', '/inventory/stocks'],
    ['/health/x', '/inventory/stocks'],
    ['/./payment/pay', '/payment/pay'],
    ['/%70ayment/pay?x=/health', '/payment/pay'],
    ['/payment/%70ay/', '/payment/pay'],
    ['http://localhost/payment/pay#x', '/payment/pay'],
    ['/payment/payments', '/inventory/stocks'],
    ['/orders/./status?order_id=1', '/orders/status'],
    ['/health/', '/health'],
    ['*', '/inventory/stocks'],
  ])('count %s like %s', (spelling, plain) => {
    expect(limitOf(spelling)).toBe(limitOf(plain));
  });
});

test('an API is crowded while eight orders are being placed and for a second after, however many questions are asked', () => {
  const { limitOf, isCrowded } = orderApiLimits();
  for (let asked = 0; asked < 30; asked += 1) {
    limitOf('/orders/status')?.tryEnter();
  }
  for (let placed = 0; placed < 7; placed += 1) {
    limitOf('/orders/place')?.tryEnter();
  }
  expect(isCrowded(0)).toBe(false);
  limitOf('/orders/place')?.tryEnter();
  expect(isCrowded(100)).toBe(true);
  limitOf('/orders/place')?.leave(0, 1);
  expect(isCrowded(1_099)).toBe(true);
  expect(isCrowded(1_100)).toBe(false);
});

/** The path lookup of serverless-offline's router. */
interface Router {
  readonly lookup: (target: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

describe('requestPath agrees with serverless-offline’s router', () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });
  afterAll(() => router.stop());

  const ROUTES = ['/health', '/payment/pay', '/orders/place'];
  const piece = fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2E',
    '%2f',
    '%70',
    '%',
    '?',
    '#',
    'health',
    'payment',
    'pay',
    'x',
  );
  const spelled = fc.constantFrom(...ROUTES).chain((route) =>
    fc
      .tuple(
        fc.constantFrom('', '/.', '/x/..', '/health/..', '/..', '//', '/%2e', '/x/%2E%2e'),
        fc.array(fc.boolean(), { minLength: route.length, maxLength: route.length }),
        fc.constantFrom('', '/', '/.', '/..', '/x/..', '?a=/b', '#c', '/?a'),
      )
      .map(([before, escapes, after]) => {
        const escaped = [...route].map((letter, at) =>
          escapes[at] && letter !== '/' ? `%${letter.charCodeAt(0).toString(16)}` : letter,
        );
        return before + escaped.join('') + after;
      }),
  );

  test.each([
    ['pieces of paths', fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`)],
    ['spellings of routes', spelled],
  ])('on %s', async (_what, targets) => {
    await fc.assert(
      fc.asyncProperty(targets, async (target) => {
        expect(requestPath(target)).toBe(await router.lookup(target));
      }),
      { numRuns: 500 },
    );
  });
});

function limited(url: string): ConcurrencyLimit {
  const limit = orderApiLimits().limitOf(url);
  if (limit === undefined) {
    throw new Error(`${url} has no limit`);
  }
  return limit;
}

function boundsOf(create: () => ConcurrencyLimit) {
  const shrinking = create();
  const first = shrinking.limit;
  for (let at = 1; at < 100; at += 1) {
    shrinking.tryEnter();
    shrinking.leave(at * 1e6, at * 1e6 + 5e5);
  }
  const growing = create();
  for (let round = 0; round < 2_000; round += 1) {
    let entered = 0;
    while (growing.tryEnter()) {
      entered += 1;
    }
    for (; entered > 0; entered -= 1) {
      growing.leave(0, 1);
    }
  }
  return { first, min: shrinking.limit, max: growing.limit };
}

/** hapi with serverless-offline's settings; answers each request with the path that it routes by. */
async function startRouter(): Promise<Router> {
  const requireOfOffline = createRequire(createRequire(import.meta.url).resolve('serverless-offline'));
  const { server: createHapi } = requireOfOffline('@hapi/hapi') as typeof import('@hapi/hapi');
  const hapi = createHapi({ host: '127.0.0.1', port: 0, router: { stripTrailingSlash: true } });
  hapi.ext('onRequest', (request, toolkit) => toolkit.response(`path ${request.path}`).takeover());
  await hapi.start();
  const agent = new Agent({ keepAlive: true });
  return {
    lookup: async (path) => {
      const sent = request({ agent, host: '127.0.0.1', port: hapi.info.port, path }).end();
      const [answered] = (await once(sent, 'response')) as [IncomingMessage];
      return (await text(answered)).slice('path '.length);
    },
    stop: async () => {
      agent.destroy();
      await hapi.stop();
    },
  };
}
