import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { listenOnFreePort } from '../../tests/support/free-port.ts';
import { createEventBridge } from './aws.ts';
import { type BusEvent, createEventBus, type EventBus } from './event-bus.ts';

interface Entry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

let server: Server;
let bus: EventBus;
let calls: (readonly Entry[])[] = [];
/** Detail types that are refused, once each. */
let refused: string[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) {
      text += String(chunk);
    }
    const { Entries } = JSON.parse(text) as { readonly Entries: readonly Entry[] };
    calls.push(Entries);
    const results = Entries.map(({ DetailType }) => {
      const index = refused.indexOf(DetailType);
      if (index < 0) {
        return { EventId: 'taken' };
      }
      refused.splice(index, 1);
      return { ErrorCode: 'ThrottlingException', ErrorMessage: 'too many' };
    });
    const failed = results.filter((result) => 'ErrorCode' in result).length;
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ FailedEntryCount: failed, Entries: results }));
  });
  const port = await listenOnFreePort(server);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  bus = createEventBus(
    createEventBridge({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials }),
    'order-events-test',
  );
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  calls = [];
  refused = [];
});

function events(...types: readonly string[]): readonly BusEvent[] {
  return types.map((type, index) => ({ id: `id-${index}`, type, at: '2026-11-28T12:00:00.000Z', data: { index } }));
}

function typesOf(entries: readonly Entry[] | undefined): readonly string[] {
  return (entries ?? []).map(({ DetailType }) => DetailType);
}

test('an event is put on the bus with its source, type, id, time and data', async () => {
  await bus.put(events('order.paid'));
  expect(calls).toMatchObject([[{ EventBusName: 'order-events-test', Source: 'orders', DetailType: 'order.paid' }]]);
  expect(JSON.parse(calls[0]?.[0]?.Detail ?? '')).toEqual({
    id: 'id-0',
    type: 'order.paid',
    timestamp: '2026-11-28T12:00:00.000Z',
    data: { index: 0 },
  });
});

test('EventBridge gets at most ten events a call, in their order', async () => {
  const types = Array.from({ length: 23 }, (_, index) => `type-${index}`);
  await bus.put(events(...types));
  expect(calls.map((entries) => entries.length)).toEqual([10, 10, 3]);
  expect(calls.flatMap(typesOf)).toEqual(types);
});

test('of a call that EventBridge takes in part, only what it refused is sent again', async () => {
  refused = ['b', 'b'];
  await bus.put(events('a', 'b', 'c'));
  expect(calls.map(typesOf)).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
});

test('an event that EventBridge refuses again and again fails, so that the batch is repeated', async () => {
  refused = Array.from({ length: 10 }, () => 'b');
  await expect(bus.put(events('a', 'b'))).rejects.toThrow('EventBridge refused 1 events: ThrottlingException too many');
});

test('no events are no call', async () => {
  await bus.put([]);
  expect(calls).toEqual([]);
});
