import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventuallySucceeds } from '../../embedded/eventually.ts';
import { BOTH_SERVICES, type ServiceUnderTest } from '../../tests/support/both-services.ts';
import type { ConnectionLimits } from './connection-limits.ts';

// Callers that open something and never end it, over plain HTTP/2 and TCP, because gRPC clients never do that.
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const EMPTY_MESSAGE = Buffer.alloc(5);
/** A reflection request, in its frame. */
const LIST_SERVICES = Buffer.from([0, 0, 0, 0, 3, 0x3a, 1, 0x2a]);

describe.each(BOTH_SERVICES)('the $name service', ({ path, start }) => {
  let service: ServiceUnderTest;
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

  async function serve(connections: Partial<ConnectionLimits>): Promise<void> {
    service = await start({ connections });
    session = connectHttp2(`http://127.0.0.1:${service.port}`);
    session.on('error', () => undefined);
    await new Promise((resolve) => session.once('connect', resolve));
  }

  function open(to: string = path, over: ClientHttp2Session = session): ClientHttp2Stream {
    const headers = { ':method': 'POST', ':path': to, 'content-type': 'application/grpc', te: 'trailers' };
    return over.request(headers).on('error', () => undefined);
  }

  /** The gRPC status with which the server ended a stream; undefined if it sent none. */
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
    await serve({ streamTimeoutMs: 200 });
    const silent = open();
    const halfSent = open();
    halfSent.write(Buffer.from([0, 0, 3, 0xff, 0, ...Buffer.alloc(100_000)]));
    const wholeMessageButNoEnd = open();
    wholeMessageButNoEnd.write(EMPTY_MESSAGE);
    const endless = [silent, halfSent, wholeMessageButNoEnd, open(REFLECTION)].map(ended);
    expect(await Promise.all(endless)).toEqual(endless.map(() => DEADLINE_EXCEEDED));
    await service.expectHealthy();
  });

  test('ends a stream whose request trickles in byte by byte', async () => {
    await serve({ streamTimeoutMs: 200 });
    const trickle = open();
    trickle.write(Buffer.from([0, 0, 0, 0xff, 0]));
    const drops = setInterval(() => trickle.write(Buffer.alloc(1)), 20);
    expect(await ended(trickle)).toBe(DEADLINE_EXCEEDED);
    clearInterval(drops);
    await service.expectHealthy();
  });

  test('ends a stream whose answer is never read', async () => {
    await serve({ streamTimeoutMs: 200 });
    const settings = { initialWindowSize: 10 };
    const unreading = connectHttp2(`http://127.0.0.1:${service.port}`, { settings }).on('error', () => undefined);
    const question = open(REFLECTION, unreading);
    question.end(LIST_SERVICES);
    await new Promise((resolve) => question.once('close', resolve));
    expect(question.rstCode).toBe(constants.NGHTTP2_CANCEL);
    unreading.destroy();
  });

  test('keeps a health watch open whose client reads its answers', async () => {
    await serve({ streamTimeoutMs: 100 });
    const watch = open(WATCH);
    watch.resume().end(EMPTY_MESSAGE);
    const unended = open();
    await ended(unended);
    await ended(open());
    expect([watch.closed, watch.destroyed]).toEqual([false, false]);
  });

  test('limits the streams over all connections, and accepts new ones when others end', async () => {
    await serve({ streams: 20, streamTimeoutMs: 60_000 });
    const other = connectHttp2(`http://127.0.0.1:${service.port}`).on('error', () => undefined);
    const endless = Array.from({ length: 19 }, () => open(path, other));
    await ended(open('/no.such/Method', other));
    endless.push(open());
    expect(await ended(open())).toBe(RESOURCE_EXHAUSTED);
    for (const stream of endless) {
      stream.close(constants.NGHTTP2_CANCEL);
    }
    await eventuallySucceeds(() => service.expectHealthy());
    other.destroy();
  });

  test('limits the health watches and reflection streams', async () => {
    await serve({ watches: 3 });
    const watches = [WATCH, WATCH, REFLECTION].map((to) => open(to));
    for (const watch of watches.slice(0, 2)) {
      watch.resume().end(EMPTY_MESSAGE);
    }
    expect(await ended(open(WATCH).end(EMPTY_MESSAGE))).toBe(RESOURCE_EXHAUSTED);
    expect(await ended(open(REFLECTION).end(EMPTY_MESSAGE))).toBe(RESOURCE_EXHAUSTED);
    watches[0]?.close(constants.NGHTTP2_CANCEL);
    await eventuallySucceeds(async () => {
      const watch = open(WATCH).end(EMPTY_MESSAGE);
      const ending = ended(watch).then(() => Promise.reject(new Error('the watch was refused')));
      await Promise.race([ending, new Promise((resolve) => watch.once('data', resolve))]);
    });
    await service.expectHealthy();
  });

  test('answers at most 100 questions per reflection stream', async () => {
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

  test('closes idle connections', async () => {
    await serve({ idleTimeoutMs: 200 });
    const silent = await Promise.all(Array.from({ length: 300 }, tcp));
    await Promise.all(silent.map(closed));
    await service.expectHealthy();
  });

  test('limits the connections, and accepts new ones when others close', async () => {
    await serve({ connections: 4 });
    await service.expectHealthy();
    const held = [await tcp(), await tcp()];
    await closed(await tcp());
    await service.expectHealthy();
    held[0]?.destroy();
    await eventuallySucceeds(async () => {
      const welcome = await tcp();
      const ending = closed(welcome).then(() => Promise.reject(new Error('the connection was refused')));
      welcome.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      await Promise.race([ending, new Promise((resolve) => welcome.once('data', resolve))]);
    });
  });

  test('closes a connection that does not answer pings', async () => {
    await serve({ pingIntervalMs: 100, pingTimeoutMs: 100 });
    const gone = await tcp();
    gone.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    gone.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    await closed(gone);
    await service.expectHealthy();
  });
});
