/** A whole reply of HTTP/1.1. Names of headers are in lower case. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the connection may carry another request. */
  readonly keepsConnection: boolean;
}

/** Thrown for bytes that are no reply of HTTP/1.1. */
export class MalformedReply extends Error {
  override readonly name = 'MalformedReply';
}

type ReplyHead = Omit<HttpReply, 'body'>;

/** How a body's end is found. */
type Framing = { readonly by: 'length'; readonly bytes: number } | { readonly by: 'chunks' } | { readonly by: 'end' };

const MAX_HEAD_BYTES = 65_536;
const END_OF_HEAD = '\r\n\r\n';
const END_OF_LINE = '\r\n';
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})/;
const CHUNK_SIZE = /^([0-9a-f]{1,12})\s*(;|$)/i;
const NO_BYTES = Buffer.alloc(0);

/** Reads one reply from the bytes of a connection. */
export class ReplyReader {
  #head: ReplyHead | undefined;
  #framing: Framing = { by: 'end' };
  /** Bytes that are not understood yet: of the head, or of the next chunk. */
  #rest: Buffer = NO_BYTES;
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;

  /** Whether the head has arrived. */
  get hasHead(): boolean {
    return this.#head !== undefined;
  }

  /**
   * Takes the next bytes.
   *
   * @returns the reply, once it is complete
   * @throws MalformedReply
   */
  take(bytes: Buffer): HttpReply | undefined {
    const unread = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#rest = NO_BYTES;
    const body = this.#head === undefined ? this.#takeHead(unread) : unread;
    return body === undefined ? undefined : this.#takeBody(body);
  }

  /** The reply whose end is the end of the connection; undefined where it broke off. */
  end(): HttpReply | undefined {
    return this.#framing.by === 'end' ? this.#complete(false) : undefined;
  }

  /** Returns the bytes behind the head. */
  #takeHead(bytes: Buffer): Buffer | undefined {
    const length = bytes.indexOf(END_OF_HEAD, 0, 'latin1');
    if (length === -1) {
      if (bytes.length > MAX_HEAD_BYTES) {
        throw new MalformedReply(`the head of a reply is longer than ${MAX_HEAD_BYTES} bytes`);
      }
      this.#rest = bytes;
      return undefined;
    }
    const head = parseHead(bytes.toString('latin1', 0, length));
    const behind = bytes.subarray(length + END_OF_HEAD.length);
    // An interim reply, such as 100 Continue, is followed by the reply itself.
    if (head.status < 200) {
      return this.#takeHead(behind);
    }
    this.#head = head;
    this.#framing = framingOf(head);
    return behind;
  }

  #takeBody(bytes: Buffer): HttpReply | undefined {
    switch (this.#framing.by) {
      case 'length':
        this.#keep(bytes);
        if (this.#bodyBytes > this.#framing.bytes) {
          throw new MalformedReply('bytes follow a reply that nobody asked for');
        }
        return this.#bodyBytes === this.#framing.bytes ? this.#complete(true) : undefined;
      case 'chunks':
        return this.#takeChunks(bytes);
      case 'end':
        this.#keep(bytes);
        return undefined;
    }
  }

  #takeChunks(bytes: Buffer): HttpReply | undefined {
    for (let at = 0; ; ) {
      const line = bytes.indexOf(END_OF_LINE, at, 'latin1');
      const size = line === -1 ? undefined : chunkSize(bytes.toString('latin1', at, line));
      const data = line + END_OF_LINE.length;
      // The last chunk is empty; trailers may follow it.
      const end = size === 0 ? endOfTrailers(bytes, line) : data + (size ?? 0) + END_OF_LINE.length;
      if (size === undefined || end === undefined || end > bytes.length) {
        this.#rest = bytes.subarray(at);
        return undefined;
      }
      if (size === 0) {
        return this.#complete(true);
      }
      this.#keep(bytes.subarray(data, data + size));
      at = end;
    }
  }

  #keep(bytes: Buffer): void {
    this.#body.push(bytes);
    this.#bodyBytes += bytes.length;
  }

  #complete(keepsConnection: boolean): HttpReply | undefined {
    const head = this.#head;
    const [first = NO_BYTES] = this.#body;
    const body = this.#body.length > 1 ? Buffer.concat(this.#body) : first;
    return head && { ...head, body, keepsConnection: keepsConnection && head.keepsConnection };
  }
}

function parseHead(text: string): ReplyHead {
  const [statusLine = '', ...lines] = text.split(END_OF_LINE);
  const [, minor, status] = STATUS_LINE.exec(statusLine) ?? [];
  if (status === undefined) {
    throw new MalformedReply('a reply does not begin with a status line');
  }
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) {
      throw new MalformedReply('a reply has a header without a name');
    }
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const keepsConnection = minor === '1' && headers.connection?.toLowerCase() !== 'close';
  return { status: Number(status), headers, keepsConnection };
}

function framingOf({ status, headers }: ReplyHead): Framing {
  if (status === 204 || status === 304) {
    return { by: 'length', bytes: 0 };
  }
  const { 'transfer-encoding': encoding, 'content-length': length } = headers;
  if (encoding !== undefined) {
    return encoding.toLowerCase() === 'chunked' ? { by: 'chunks' } : { by: 'end' };
  }
  if (length === undefined) {
    return { by: 'end' };
  }
  if (!/^\d{1,15}$/.test(length)) {
    throw new MalformedReply('the length of a reply is no number');
  }
  return { by: 'length', bytes: Number(length) };
}

function chunkSize(line: string): number {
  const size = CHUNK_SIZE.exec(line)?.[1];
  if (size === undefined) {
    throw new MalformedReply('the size of a chunk is no number');
  }
  return Number.parseInt(size, 16);
}

/** The trailers end with an empty line, which is the first one where there are none. */
function endOfTrailers(bytes: Buffer, from: number): number | undefined {
  const end = bytes.indexOf(END_OF_HEAD, from, 'latin1');
  return end === -1 ? undefined : end + END_OF_HEAD.length;
}
