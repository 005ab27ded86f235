import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isFromForeignPage } from 'resilient-stepfunctions/http';
import { MalformedExportError, readExportRequest } from './otlp-request.ts';
import type { TraceSpan } from './trace-span.ts';

/** Where OTLP's exporters send spans, below the endpoint that they are given. */
const PATH = '/v1/traces';

/** A batch of 512 spans, the SDK's default, is half of a megabyte. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Exporters send every second at most, and keep their connection: a server that closes it meanwhile costs them a retry. */
const KEEP_ALIVE_MS = 60_000;

/** A running receiver of spans. */
export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly close: () => void;
}

/** A request that is not taken; as the specification of OTLP says, exporters do not repeat these. */
class RefusedExport extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Starts a receiver of OTLP over HTTP on a free loopback port, for spans in JSON, plain or gzipped. Web pages may not send to it.
 *
 * @param take is given the spans of each request
 * @throws Error when the receiver cannot listen
 */
export async function startOtlpReceiver(take: (spans: readonly TraceSpan[]) => void): Promise<OtlpReceiver> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    receive(request, take).then(
      () => answer(response, 200, {}),
      (error: unknown) => refuse(request, response, error),
    );
  });
  await listening(server);
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function receive(request: IncomingMessage, take: (spans: readonly TraceSpan[]) => void): Promise<void> {
  if (isFromForeignPage(request)) {
    throw new RefusedExport(403, 'no web page of another origin may send spans');
  }
  if (request.url !== PATH) {
    throw new RefusedExport(404, `spans go to ${PATH}; there is nothing else`);
  }
  if (request.method !== 'POST') {
    throw new RefusedExport(405, 'spans are sent with POST');
  }
  const { 'content-type': type = 'none', 'content-encoding': encoding = 'identity' } = request.headers;
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new RefusedExport(
      415,
      `Content-Type is ${type}; it must be application/json (OTEL_EXPORTER_OTLP_PROTOCOL=http/json)`,
    );
  }
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new RefusedExport(415, `Content-Encoding is ${encoding}; it must be gzip, or absent`);
  }
  const sent = await bodyOf(request);
  const body = encoding === 'gzip' ? await unzipped(sent) : sent;
  take(readExportRequest(body.toString('utf8')));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) {
      throw tooLarge();
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

async function unzipped(sent: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(sent, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? tooLarge() : new RefusedExport(400, 'the body: must be gzip, as Content-Encoding says');
  }
}

function tooLarge(): RefusedExport {
  return new RefusedExport(413, `the body is larger than ${MAX_BODY_BYTES} bytes; send fewer spans at once`);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  request.resume();
  if (error instanceof RefusedExport) {
    answer(response, error.status, { message: error.message });
  } else if (error instanceof MalformedExportError) {
    answer(response, 400, { message: error.message });
  } else {
    // The sender broke off, or a fault of ours: 503 tells exporters that they may repeat it.
    console.error('the receiver of spans failed', error);
    answer(response, 503, { message: 'the receiver of spans failed' });
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 405 && { allow: 'POST' }) });
  response.end(JSON.stringify(body));
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
}
