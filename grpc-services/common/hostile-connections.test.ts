import {
  type ClientHttp2Session,
  connect as connectHttp2,
  constants,
  type OutgoingHttpHeaders,
  type Settings,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path/posix';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InventoryServiceService, ReserveRequest } from '../../proto/gen/inventory/v1/inventory.ts';
import { AuthorizeRequest, PaymentServiceService } from '../../proto/gen/payment/v1/payment.ts';
import { itemInStock, startInventory } from '../../tests/support/inventory.ts';
import { startPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

// What no gRPC library sends, over bare HTTP/2 and bare TCP.
const PATIENCE_MS = 5_000;
interface Service {
  readonly port: number;
  /** The service still answers a call that is as it should be. */
  readonly expectWell: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function inventoryForCalls(): Promise<Service> {
  const inventory = await startInventory({ catalogue: [itemInStock('pen', 1_000_000)] });
  const { client, port, close } = inventory;
  const items = () => call(client, client.listItems, { pageSize: 1, pageToken: '' });
  return { port, close, expectWell: async () => expect((await items()).items).toHaveLength(1) };
}

async function paymentForCalls(): Promise<Service> {
  const { port, close, ...payment } = await startPayment();
  const expectWell = async () => expect((await failureOf(payment.payment('nobody'))).reason).toBe('PAYMENT_NOT_FOUND');
  return { port, close, expectWell };
}

const order = { orderId: 'order' };
const reservation = { ...order, lines: [{ itemId: 'pen', count: 1 }], holdSeconds: 60 };
const amount = { minorUnits: 1_000, currency: 'USD' };
const authorization = { ...order, paymentId: 'pay', method: 'tok_visa', amount };
const services = [
  {
    name: 'inventory',
    start: inventoryForCalls,
    path: InventoryServiceService.reserve.path,
    valid: ReserveRequest.encode(reservation).finish(),
  },
  {
    name: 'payment',
    start: paymentForCalls,
    path: PaymentServiceService.authorize.path,
    valid: AuthorizeRequest.encode(authorization).finish(),
  },
];

/** A gRPC message: a flag, the length, the bytes. */
function frame(bytes: Uint8Array, length = bytes.length, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
}

interface Http2Answer {
  readonly httpStatus: number;
  /** gRPC's own; undefined where the stream ended without one. */
  readonly grpcStatus: number | undefined;
  /** HTTP/2's error code of a stream that was reset. */
  readonly reset: number;
}

const RESOURCE_EXHAUSTED = 8;
/** With grpc-js, INTERNAL (13) is what a frame gets that cannot be unpacked. */
const MISTAKES_OF_THE_CALLER = [3, RESOURCE_EXHAUSTED, 12, 13];

describe.each(services)('the $name service', ({ start, path, valid }) => {
  let service: Service;
  beforeAll(async () => {
    service = await start();
  });
  afterAll(() => service.close());
  const expectWell = () => service.expectWell();

  let session: ClientHttp2Session;
  let settings: Promise<Settings>;
  beforeEach(async () => {
    session = connectHttp2(`http://127.0.0.1:${service.port}`);
    session.on('error', () => undefined);
    settings = new Promise((resolve) => session.once('remoteSettings', resolve));
    await new Promise((resolve) => session.once('connect', resolve));
  });
  afterEach(() => session.destroy());

  /** Sends one stream and tells how it ended; rejects when it does not end. */
  function stream(headers: OutgoingHttpHeaders, ...chunks: readonly Uint8Array[]): Promise<Http2Answer> {
    return new Promise((resolve, reject) => {
      const opened = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
      const late = setTimeout(() => reject(new Error('the stream does not end')), PATIENCE_MS);
      let httpStatus = 0;
      let grpcStatus: number | undefined;
      const note = (received: Readonly<Record<string, unknown>>): void => {
        httpStatus = Number(received[':status'] ?? httpStatus);
        if (received['grpc-status'] !== undefined) {
          grpcStatus = Number(received['grpc-status']);
        }
      };
      opened
        .on('response', note)
        .on('trailers', note)
        .on('error', () => undefined)
        .resume();
      opened.once('close', () => {
        clearTimeout(late);
        resolve({ httpStatus, grpcStatus, reset: opened.rstCode ?? 0 });
      });
      for (const chunk of chunks) {
        opened.write(chunk);
      }
      opened.end();
    });
  }

  describe('a stream that is no call', () => {
    test.each<readonly [string, OutgoingHttpHeaders, readonly Uint8Array[]]>([
      ['has no message', {}, []],
      ['has half a frame head', {}, [Uint8Array.of(0, 0)]],
      ['promises more than it sends', {}, [frame(valid, 1_000)]],
      ['promises 4 GB', {}, [frame(valid, 0xffffffff)]],
      ['has two messages', {}, [frame(valid), frame(valid)]],
      ['is compressed in no known way', { 'grpc-encoding': 'brotli' }, [frame(valid, valid.length, 1)]],
      ['is no gzip', { 'grpc-encoding': 'gzip' }, [frame(valid, valid.length, 1)]],
      ['has a deadline that is no time', { 'grpc-timeout': 'soon' }, [frame(valid)]],
      ['calls a method that is not there', { ':path': `${dirname(path)}/__proto__` }, [frame(valid)]],
      ['calls a service that is not there', { ':path': '/constructor/toString' }, [frame(valid)]],
      ['has another method', { ':method': 'GET' }, []],
      ['has no path to speak of', { ':path': '/' }, [frame(valid)]],
    ])('and %s ends with a mistake of the caller', async (_what, headers, chunks) => {
      const answer = await stream(headers, ...chunks);
      if (answer.grpcStatus !== undefined) {
        expect(MISTAKES_OF_THE_CALLER).toContain(answer.grpcStatus);
      } else {
        expect([answer.httpStatus >= 400, answer.reset !== 0]).toContain(true);
      }
      await expectWell();
    });

    test('and is not gRPC at all is refused by HTTP’s means', async () => {
      expect((await stream({ 'content-type': 'application/json' }, Buffer.from('{}'))).httpStatus).toBe(415);
      await expectWell();
    });

    test('and holds gigabytes in a few kilobytes is refused for its size', async () => {
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const answer = await stream({ 'grpc-encoding': 'gzip' }, frame(bomb, bomb.length, 1));
      expect(answer.grpcStatus).toBe(RESOURCE_EXHAUSTED);
      await expectWell();
    });

    test('and carries metadata of 64 KB is refused', async () => {
      const answer = await stream({ 'x-large': 'x'.repeat(64 * 1024) }, frame(valid)).catch(() => undefined);
      expect(answer?.grpcStatus ?? -1).not.toBe(0);
      await expectWell();
    });
  });

  test('metadata of any name and value never is a fault of the service', async () => {
    const name = fc.stringMatching(/^[a-z0-9_.-]{1,20}$/).filter((text) => !text.startsWith('grpc-'));
    const value = fc.string({ maxLength: 200 }).map((text) => text.replace(/[^\x20-\x7e]/g, '?'));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 20 }), async (metadata) => {
        const answer = await stream({ ...metadata }, frame(valid));
        // A "-bin" value that is no base64 is the caller's mistake.
        expect([0, ...MISTAKES_OF_THE_CALLER, undefined]).toContain(answer.grpcStatus);
      }),
      { numRuns: 60 },
    );
    await expectWell();
  });

  describe('a connection', () => {
    const open = (): Promise<Socket> =>
      new Promise((resolve) => {
        const socket = connect(service.port, '127.0.0.1', () => resolve(socket));
        socket.on('error', () => undefined).resume();
      });

    test('that speaks no HTTP/2 is closed, and so are those whose frames are none', async () => {
      const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
      const frameBeyondAllSize = Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]);
      for (const bytes of [
        Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
        Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
        Buffer.concat([preface, emptySettings, frameBeyondAllSize]),
      ]) {
        const socket = await open();
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.write(bytes);
        await closed;
      }
      await expectWell();
    });

    test('of random bytes changes nothing for others', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), async (bytes, greets) => {
          const socket = await open();
          if (greets) {
            socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
          }
          socket.end(bytes);
          socket.destroySoon();
        }),
        { numRuns: 60 },
      );
      await expectWell();
    });

    test('is told how many streams it may have at a time', async () => {
      expect((await settings).maxConcurrentStreams).toBe(1_000);
    });

    // The guard is nghttp2's own, which Node switches on ("rapid reset", CVE-2023-44487); this test holds it to that.
    test('that opens and gives up streams without end is cut off, and the service is well', async () => {
      const cutOff = new Promise((resolve) => session.once('close', resolve));
      while (!session.destroyed) {
        for (let count = 0; count < 100 && !session.destroyed; count += 1) {
          const given = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
          given.on('error', () => undefined).close(constants.NGHTTP2_CANCEL);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      await cutOff;
      await expectWell();
    });
  });
});
