import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InventoryServiceService } from '../../proto/gen/inventory/v1/inventory.ts';
import { PaymentServiceService } from '../../proto/gen/payment/v1/payment.ts';
import { itemInStock, startInventory } from '../../tests/support/inventory.ts';
import { startPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import type { ConnectionBounds } from './connection-bounds.ts';

// Callers that open something and never end it, over bare HTTP/2 and bare TCP: no gRPC library does so.
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const EMPTY_MESSAGE = Buffer.alloc(5);
/** A reflection request, in its frame. */
const LIST_SERVICES = Buffer.from([0, 0, 0, 0, 3, 0x3a, 1, 0x2a]);

interface Service {
  readonly port: number;
  /** A call as it should be, which must be answered whatever others do. */
  readonly answers: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** The server hears of an end a moment later than the caller who made it; the test's own timeout is the bound. */
async function inTheEnd(attempt: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const failed = await attempt().then(
      () => false,
      () => true,
    );
    if (!failed) {
      return;
    }
  }
}

const SERVICES = [
  {
    name: 'inventory',
    path: InventoryServiceService.reserve.path,
    start: async (bounds: Partial<ConnectionBounds>): Promise<Service> => {
      const inventory = await startInventory({ catalogue: [itemInStock('pen', 5)], settings: { bounds } });
      return { ...inventory, answers: () => inventory.stock('pen') };
    },
  },
  {
    name: 'payment',
    path: PaymentServiceService.authorize.path,
    start: async (bounds: Partial<ConnectionBounds>): Promise<Service> => {
      const payment = await startPayment({ settings: { bounds } });
      const { client } = payment;
      const unknown = () => failureOf(call(client, client.getPayment, { orderId: 'nobody' }));
      return { ...payment, answers: async () => expect((await unknown()).reason).toBe('PAYMENT_NOT_FOUND') };
    },
  },
] as const;

describe.each(SERVICES)('the $name service', ({ path, start }) => {
  let service: Service;
  let session: ClientHttp2Session;
  let sockets: Socket[];
  beforeEach(() => {
    sockets = [];
  });
  afterEach(async () => {
    session?.destroy();
    for (const socket of sockets) {
      socket.destroy();
    }
    await service.close();
  });

  async function serve(bounds: Partial<ConnectionBounds>): Promise<void> {
    service = await start(bounds);
    session = connectHttp2(`http://127.0.0.1:${service.port}`);
    session.on('error', () => undefined);
    await new Promise((resolve) => session.once('connect', resolve));
  }

  function open(to: string = path, over: ClientHttp2Session = session): ClientHttp2Stream {
    const headers = { ':method': 'POST', ':path': to, 'content-type': 'application/grpc', te: 'trailers' };
    return over.request(headers).on('error', () => undefined);
  }

  /** How the server ended a stream that its caller did not end. */
  function ended(stream: ClientHttp2Stream): Promise<number | undefined> {
    let grpcStatus: number | undefined;
    const note = (headers: Readonly<Record<string, unknown>>): void => {
      if (headers['grpc-status'] !== undefined) {
        grpcStatus = Number(headers['grpc-status']);
      }
    };
    stream.on('response', note).on('trailers', note).resume();
    return new Promise((resolve) => stream.once('close', () => resolve(grpcStatus)));
  }

  test('ends a stream whose request never ends', async () => {
    await serve({ streamPatienceMs: 200 });
    const silent = open();
    const halfSent = open();
    halfSent.write(Buffer.from([0, 0, 3, 0xff, 0, ...Buffer.alloc(100_000)]));
    const wholeMessageButNoEnd = open();
    wholeMessageButNoEnd.write(EMPTY_MESSAGE);
    const endless = [silent, halfSent, wholeMessageButNoEnd, open(REFLECTION)].map(ended);
    expect(await Promise.all(endless)).toEqual(endless.map(() => DEADLINE_EXCEEDED));
    await service.answers();
  });

  test('ends a stream that trickles, however lively it is', async () => {
    await serve({ streamPatienceMs: 200 });
    const trickle = open();
    trickle.write(Buffer.from([0, 0, 0, 0xff, 0]));
    const drops = setInterval(() => trickle.write(Buffer.alloc(1)), 20);
    expect(await ended(trickle)).toBe(DEADLINE_EXCEEDED);
    clearInterval(drops);
    await service.answers();
  });

  test('ends a stream whose answer is not taken', async () => {
    await serve({ streamPatienceMs: 200 });
    const settings = { initialWindowSize: 10 };
    const unreading = connectHttp2(`http://127.0.0.1:${service.port}`, { settings }).on('error', () => undefined);
    const question = open(REFLECTION, unreading);
    question.end(LIST_SERVICES);
    await new Promise((resolve) => question.once('close', resolve));
    expect(question.rstCode).toBe(constants.NGHTTP2_CANCEL);
    unreading.destroy();
  });

  test('lets a health watch go on that has sent its request and takes its answers', async () => {
    await serve({ streamPatienceMs: 100 });
    const watch = open(WATCH);
    watch.resume().end(EMPTY_MESSAGE);
    const unended = open();
    await ended(unended);
    await ended(open());
    expect([watch.closed, watch.destroyed]).toEqual([false, false]);
  });

  test('takes so many streams at a time on all connections together, and others again when these are gone', async () => {
    await serve({ streams: 20, streamPatienceMs: 60_000 });
    const other = connectHttp2(`http://127.0.0.1:${service.port}`).on('error', () => undefined);
    const endless = Array.from({ length: 19 }, () => open(path, other));
    await ended(open('/no.such/Method', other));
    endless.push(open());
    expect(await ended(open())).toBe(RESOURCE_EXHAUSTED);
    for (const stream of endless) {
      stream.close(constants.NGHTTP2_CANCEL);
    }
    await inTheEnd(() => service.answers());
    other.destroy();
  });

  test('takes so many health watches and reflection streams at a time', async () => {
    await serve({ watches: 3 });
    const watches = [WATCH, WATCH, REFLECTION].map((to) => open(to));
    for (const watch of watches.slice(0, 2)) {
      watch.resume().end(EMPTY_MESSAGE);
    }
    expect(await ended(open(WATCH).end(EMPTY_MESSAGE))).toBe(RESOURCE_EXHAUSTED);
    expect(await ended(open(REFLECTION).end(EMPTY_MESSAGE))).toBe(RESOURCE_EXHAUSTED);
    watches[0]?.close(constants.NGHTTP2_CANCEL);
    await inTheEnd(async () => {
      const watch = open(WATCH).end(EMPTY_MESSAGE);
      const ending = ended(watch).then(() => Promise.reject(new Error('the watch was refused')));
      await Promise.race([ending, new Promise((resolve) => watch.once('data', resolve))]);
      ending.catch(() => undefined);
    });
    await service.answers();
  });

  test('answers a hundred questions on a reflection stream, whose answers nobody need take, and no more', async () => {
    await serve({});
    const questions = open(REFLECTION);
    for (let count = 0; count < 101; count++) {
      questions.write(LIST_SERVICES);
    }
    questions.end();
    expect(await ended(questions)).toBe(RESOURCE_EXHAUSTED);
  });

  const tcp = (): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect(service.port, '127.0.0.1', () => resolve(socket));
      socket.on('error', () => undefined).resume();
      sockets.push(socket);
    });
  const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

  test('closes connections that say nothing', async () => {
    await serve({ idleMs: 200 });
    const silent = await Promise.all(Array.from({ length: 300 }, tcp));
    await Promise.all(silent.map(closed));
    await service.answers();
  });

  test('takes so many connections at a time, and says nothing to further ones', async () => {
    await serve({ connections: 4 });
    await service.answers();
    const held = [await tcp(), await tcp()];
    await closed(await tcp());
    await service.answers();
    held[0]?.destroy();
    await inTheEnd(async () => {
      const welcome = await tcp();
      const ending = closed(welcome).then(() => Promise.reject(new Error('the connection was refused')));
      welcome.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      await Promise.race([ending, new Promise((resolve) => welcome.once('data', resolve))]);
      ending.catch(() => undefined);
    });
  });

  test('closes a connection whose other end is gone, though a watch is open on it', async () => {
    await serve({ pingMs: 100, pingPatienceMs: 100 });
    const gone = await tcp();
    gone.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    gone.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    await closed(gone);
    await service.answers();
  });
});
