import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { bindPatiently, type FaultProxy } from './fault-proxy.ts';
import { describeHttpCall, type HttpLink } from './http-call.ts';
import type { Wire } from './wire.ts';
import type { Refusal } from './wire-fault.ts';

/** Marks answers that no part of the stack gave. */
export const INJECTED_HEADER = 'x-fault-injected';

interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Longer than any part of the stack takes to answer, standing still included. */
const UPSTREAM_MS = 60_000;

const ofOneConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host']);

/** Passes HTTP requests on one by one, each on a connection of its own, with what the wire does to them. */
export class HttpFaultProxy implements FaultProxy {
  readonly #link: HttpLink;
  readonly #upstreamPort: () => number;
  readonly #wire: Wire;
  #server: Server | undefined;
  #port = 0;

  /** @param upstreamPort where the part itself listens */
  constructor(link: HttpLink, upstreamPort: () => number, wire: Wire) {
    this.#link = link;
    this.#upstreamPort = upstreamPort;
    this.#wire = wire;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) {
      return;
    }
    await bindPatiently(async () => {
      const server = createServer((incoming, response) => {
        // A failure of the part behind is a failure of the connection before.
        this.#pass(incoming, response).catch(() => response.destroy());
      });
      await listening(server, this.#port);
      const address = server.address();
      if (address !== null && typeof address !== 'string') {
        this.#port = address.port;
      }
      this.#server = server;
    });
  }

  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) {
      return;
    }
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  close(): Promise<void> {
    return this.shut();
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await whole(incoming);
    const call = describeHttpCall(this.#link, incoming, body);
    const carried = await this.#wire.carry(call, {
      deliver: () => this.#deliver(incoming, body),
      // What does not arrive is no reply but an exception.
      hasArrived: () => true,
      hasFailed: ({ status, headers }) =>
        status >= 400 || headers.some((name) => name.toLowerCase() === 'x-amz-function-error'),
    });
    switch (carried.kind) {
      case 'lost':
        response.destroy();
        return;
      case 'refused':
        this.#refuse(response, carried.refusal);
        return;
      case 'replied': {
        const { status, headers, body: answer } = carried.reply;
        response.once('close', carried.onForwarded);
        response.writeHead(status, [...headers, 'content-length', String(answer.length)]).end(answer);
      }
    }
  }

  #deliver({ method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const port = this.#upstreamPort();
      const signal = AbortSignal.timeout(UPSTREAM_MS);
      const headers = [...kept(rawHeaders), 'host', `127.0.0.1:${port}`, 'content-length', String(body.length)];
      const outgoing = openRequest(
        { host: '127.0.0.1', port, method, path: url, headers, agent: false, signal },
        (answer) => {
          whole(answer).then(
            (answered) =>
              resolve({ status: answer.statusCode ?? 502, headers: kept(answer.rawHeaders), body: answered }),
            reject,
          );
        },
      );
      outgoing.once('error', reject).end(body);
    });
  }

  #refuse(response: ServerResponse, refusal: Refusal): void {
    if (refusal === 'reset') {
      response.destroy();
      return;
    }
    const throttled = refusal === 'throttled';
    const type = throttled ? 'ThrottlingException' : 'InternalServerError';
    const status = this.#link === 'http' ? 503 : throttled ? 400 : 500;
    const name = this.#link === 'lambda' ? (throttled ? 'TooManyRequestsException' : 'ServiceException') : type;
    response.writeHead(this.#link === 'lambda' && throttled ? 429 : status, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-errortype': name,
      [INJECTED_HEADER]: refusal,
    });
    response.end(JSON.stringify({ __type: name, message: `A fault was injected: ${refusal}` }));
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen({ host: '127.0.0.1', port }, () => resolve());
  });
}

async function whole(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

function kept(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !ofOneConnection.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase()));
}
