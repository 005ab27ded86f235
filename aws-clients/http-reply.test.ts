import { expect, test } from '@jest/globals';
import { type HttpReply, MalformedReply, ReplyReader } from './http-reply.ts';

const BODY = '{"name":"Müller"}';
const LENGTH = Buffer.byteLength(BODY);

const REPLIES = {
  'with a length': `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${LENGTH}\r\n\r\n${BODY}`,
  'in chunks': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{"\r\n10;a=b\r\n${BODY.slice(2)}\r\n0\r\n\r\n`,
  'in chunks with trailers': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n${BODY}\r\n0\r\nx: y\r\n\r\n`,
  'after an interim reply': `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: ${LENGTH}\r\n\r\n${BODY}`,
} as const;

function read(...pieces: readonly Buffer[]): HttpReply | undefined {
  const reader = new ReplyReader();
  return pieces.map((piece) => reader.take(piece)).find((reply) => reply !== undefined);
}

test.each(Object.entries(REPLIES))('a reply %s is read wherever its packets are split', (_what, text) => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 1) {
    const reply = read(bytes.subarray(0, at), bytes.subarray(at));
    expect(reply).toMatchObject({ status: 200, keepsConnection: true });
    expect(reply?.body.toString()).toBe(BODY);
  }
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  expect(read(...single)?.body.toString()).toBe(BODY);
});

test('names of headers are in lower case, and their values without the spaces around them', () => {
  const reply = read(Buffer.from('HTTP/1.1 204 No Content\r\nX-Amzn-RequestId:  a:b \r\n\r\n'));
  expect(reply).toMatchObject({ status: 204, headers: { 'x-amzn-requestid': 'a:b' }, body: Buffer.alloc(0) });
});

test.each([
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['that says so', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
])('a reply %s ends its connection', (_which, text) => {
  expect(read(Buffer.from(text))).toMatchObject({ keepsConnection: false });
});

test('a reply without a length ends with its connection; one that broke off is none', () => {
  const open = new ReplyReader();
  expect(open.take(Buffer.from('HTTP/1.1 200 OK\r\n\r\nso'))).toBeUndefined();
  expect(open.hasHead).toBe(true);
  expect(open.end()).toMatchObject({ body: Buffer.from('so'), keepsConnection: false });
  const broken = new ReplyReader();
  broken.take(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nso'));
  expect(broken.end()).toBeUndefined();
  expect(new ReplyReader().end()).toBeUndefined();
});

test.each([
  ['no status line', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['a chunk whose size is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['more bytes than its length', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab'],
  ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`],
])('a reply with %s is refused', (_what, text) => {
  expect(() => read(Buffer.from(text))).toThrow(MalformedReply);
});
