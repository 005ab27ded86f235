import { createServer, type ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { listenOnFreePort } from '../../tests/support/free-port.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { handler } from './place-order.ts';

const MOST = 3;

test('a process places PLACE_MAX_IN_FLIGHT orders at a time, and refuses the next at once', async () => {
  const held: ServerResponse[] = [];
  const database = createServer((incoming, response) => {
    incoming.resume();
    held.push(response);
  });
  const port = await listenOnFreePort(database);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ORDERS_TABLE: 'orders-test',
    ORDER_SAGA_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga',
    PLACE_MAX_IN_FLIGHT: String(MOST),
  });
  const place = () => handler(httpEvent({ body: { list: [{ id: 'item1', count: 1 }] } })).then(read);

  const admitted = Array.from({ length: MOST }, place);
  while (held.length < MOST) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(await place()).toMatchObject({ statusCode: 503, meta: { code: 'OVERLOADED' } });
  expect(held).toHaveLength(MOST);

  for (const response of held) {
    response.writeHead(400).end('{"__type":"ValidationException"}');
  }
  // The database refuses what they write: they were admitted.
  const outcomes = await Promise.all(admitted);
  expect(outcomes.map(({ meta }) => meta?.code)).toEqual(Array(MOST).fill('INTERNAL_ERROR'));
  const next = place();
  while (held.length === MOST) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  held.at(-1)?.writeHead(400).end('{"__type":"ValidationException"}');
  expect((await next).meta?.code).toBe('INTERNAL_ERROR');
  database.close();
  database.closeAllConnections();
});
