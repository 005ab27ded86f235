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
import { BOTH_SERVICES, type ServiceUnderTest } from '../../tests/support/both-services.ts';

// What no gRPC client sends, over plain HTTP/2 and TCP.
const TIMEOUT_MS = 5_000;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** A gRPC message: compression flag, length, bytes. */
function message(bytes: Uint8Array, length = bytes.length, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
}

const FRAME_TYPES = { data: 0, headers: 1, resetStream: 3, settings: 4 } as const;

/** An HTTP/2 frame of the connection (stream 0) or of its first stream (stream 1). */
function http2Frame(type: keyof typeof FRAME_TYPES, flags: number, stream: 0 | 1, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(FRAME_TYPES[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header block in HPACK: literals without indexing and without Huffman coding; texts up to 126 bytes. */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value, 'latin1')]);
  return Buffer.concat(Object.entries(headers).flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]));
}

const END_STREAM = 1;
const END_HEADERS = 4;
const EMPTY_SETTINGS = http2Frame('settings', 0, 0, Buffer.alloc(0));

/** The HTTP/2 error code of the first RST_STREAM frame in the bytes; undefined if there is none. */
function resetCodeIn(bytes: Buffer): number | undefined {
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes.readUInt8(at + 3) === FRAME_TYPES.resetStream && at + 13 <= bytes.length) {
      return bytes.readUInt32BE(at + 9);
    }
  }
  return undefined;
}

interface Http2Answer {
  readonly httpStatus: number;
  /** Undefined if the stream ended without one. */
  readonly grpcStatus: number | undefined;
  /** The HTTP/2 error code of a reset stream; 0 if it was not reset. */
  readonly reset: number;
}

const RESOURCE_EXHAUSTED = 8;
/** Codes that blame the caller. grpc-js answers INTERNAL (13) to a message that it cannot decompress. */
const CALLER_ERRORS = [3, RESOURCE_EXHAUSTED, 12, 13];

/**
 * Headers about a connection, which HTTP/2 forbids (RFC 9113, 8.2.2); of `te` it allows the value `trailers` alone. Node's
 * client throws instead of sending them, so only a raw connection can.
 */
const CONNECTION_HEADERS = [
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
];
/** Node's server tolerates `http2-settings`, and passes it on as metadata. */
const REJECTED_HEADERS = CONNECTION_HEADERS.filter((name) => name !== 'http2-settings');

describe.each(BOTH_SERVICES)('the $name service', ({ start, path, valid }) => {
  let service: ServiceUnderTest;
  beforeAll(async () => {
    service = await start();
  });
  afterAll(() => service.close());
  const expectHealthy = () => service.expectHealthy();

  let session: ClientHttp2Session;
  let settings: Promise<Settings>;
  beforeEach(async () => {
    session = connectHttp2(`http://127.0.0.1:${service.port}`);
    session.on('error', () => undefined);
    settings = new Promise((resolve) => session.once('remoteSettings', resolve));
    await new Promise((resolve) => session.once('connect', resolve));
  });
  afterEach(() => session.destroy());

  /** Sends one stream, and returns how it ended. Rejects if it does not end. */
  function stream(headers: OutgoingHttpHeaders, ...chunks: readonly Uint8Array[]): Promise<Http2Answer> {
    return new Promise((resolve, reject) => {
      const opened = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
      const late = setTimeout(() => reject(new Error('the stream does not end')), TIMEOUT_MS);
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

  describe('a malformed call', () => {
    test.each<readonly [string, OutgoingHttpHeaders, readonly Uint8Array[]]>([
      ['has no message', {}, []],
      ['has half a message prefix', {}, [Uint8Array.of(0, 0)]],
      ['announces more bytes than it sends', {}, [message(valid, 1_000)]],
      ['announces 4 GB', {}, [message(valid, 0xffffffff)]],
      ['has two messages', {}, [message(valid), message(valid)]],
      ['uses an unknown compression', { 'grpc-encoding': 'brotli' }, [message(valid, valid.length, 1)]],
      ['claims to be gzip and is not', { 'grpc-encoding': 'gzip' }, [message(valid, valid.length, 1)]],
      ['has a malformed deadline', { 'grpc-timeout': 'soon' }, [message(valid)]],
      ['names an unknown method', { ':path': `${dirname(path)}/__proto__` }, [message(valid)]],
      ['names an unknown service', { ':path': '/constructor/toString' }, [message(valid)]],
      ['uses the HTTP method GET', { ':method': 'GET' }, []],
      ['has an empty path', { ':path': '/' }, [message(valid)]],
    ])('that %s gets an error that blames the caller', async (_what, headers, chunks) => {
      const answer = await stream(headers, ...chunks);
      if (answer.grpcStatus !== undefined) {
        expect(CALLER_ERRORS).toContain(answer.grpcStatus);
      } else {
        expect([answer.httpStatus >= 400, answer.reset !== 0]).toContain(true);
      }
      await expectHealthy();
    });

    test('with a content type other than gRPC gets HTTP status 415', async () => {
      expect((await stream({ 'content-type': 'application/json' }, Buffer.from('{}'))).httpStatus).toBe(415);
      await expectHealthy();
    });

    test('that is a gzip bomb is refused for its size', async () => {
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const answer = await stream({ 'grpc-encoding': 'gzip' }, message(bomb, bomb.length, 1));
      expect(answer.grpcStatus).toBe(RESOURCE_EXHAUSTED);
      await expectHealthy();
    });

    test('with 64 KB of metadata is refused', async () => {
      const answer = await stream({ 'x-large': 'x'.repeat(64 * 1024) }, message(valid));
      expect(answer).toEqual({ httpStatus: 0, grpcStatus: undefined, reset: constants.NGHTTP2_REFUSED_STREAM });
      await expectHealthy();
    });
  });

  test('metadata of any name and value never causes an error of the service', async () => {
    const name = fc
      .stringMatching(/^[a-z0-9_.-]{1,20}$/)
      .filter((text) => !text.startsWith('grpc-') && !CONNECTION_HEADERS.includes(text));
    const value = fc.string({ maxLength: 200 }).map((text) => text.replace(/[^\x20-\x7e]/g, '?'));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 20 }), async (metadata) => {
        const answer = await stream({ ...metadata }, message(valid));
        // A "-bin" value that is not base64 is the caller's mistake.
        expect([0, ...CALLER_ERRORS, undefined]).toContain(answer.grpcStatus);
      }),
      { numRuns: 60 },
    );
    await expectHealthy();
  });

  describe('a connection', () => {
    const open = (): Promise<Socket> =>
      new Promise((resolve) => {
        const socket = connect(service.port, '127.0.0.1', () => resolve(socket));
        socket.on('error', () => undefined).resume();
      });

    test('that does not speak HTTP/2, or sends an oversized frame, is closed', async () => {
      const oversizedFrame = Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]);
      for (const bytes of [
        Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
        Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
        Buffer.concat([PREFACE, EMPTY_SETTINGS, oversizedFrame]),
      ]) {
        const socket = await open();
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.write(bytes);
        await closed;
      }
      await expectHealthy();
    });

    test.each(REJECTED_HEADERS)('that sends the forbidden header %s gets its stream reset', async (name) => {
      const call = { ':method': 'POST', ':scheme': 'http', ':authority': 'localhost', ':path': path };
      const headers = headerBlock({ ...call, 'content-type': 'application/grpc', [name]: '' });
      const socket = await open();
      let received = Buffer.alloc(0);
      const reset = new Promise<number>((resolve) => {
        socket.on('data', (bytes) => {
          received = Buffer.concat([received, bytes]);
          const code = resetCodeIn(received);
          if (code !== undefined) {
            resolve(code);
          }
        });
      });
      socket.write(PREFACE);
      socket.write(EMPTY_SETTINGS);
      socket.write(http2Frame('headers', END_HEADERS, 1, headers));
      socket.write(http2Frame('data', END_STREAM, 1, message(valid)));
      expect(await reset).toBe(constants.NGHTTP2_PROTOCOL_ERROR);
      socket.destroy();
      await expectHealthy();
    });

    test('that sends random bytes does not disturb other callers', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), async (bytes, withPreface) => {
          const socket = await open();
          if (withPreface) {
            socket.write(PREFACE);
          }
          socket.end(bytes);
          socket.destroySoon();
        }),
        { numRuns: 60 },
      );
      await expectHealthy();
    });

    test('learns its limit of concurrent streams', async () => {
      expect((await settings).maxConcurrentStreams).toBe(1_000);
    });

    // nghttp2 limits "rapid reset" (CVE-2023-44487) and Node enables that limit; the test verifies it.
    test('that keeps opening and cancelling streams is cut off', async () => {
      const cutOff = new Promise((resolve) => session.once('close', resolve));
      while (!session.destroyed) {
        for (let count = 0; count < 100 && !session.destroyed; count += 1) {
          const given = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
          given.on('error', () => undefined).close(constants.NGHTTP2_CANCEL);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      await cutOff;
      await expectHealthy();
    });
  });
});
