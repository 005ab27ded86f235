import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { forwardedHeaders } from 'resilient-stepfunctions/http';
import { bindPatiently, type FaultProxy } from './fault-proxy.ts';
import type { Network } from './network.ts';
import { describeHttpCall, type HttpLink } from './network-call.ts';
import type { Refusal } from './network-fault.ts';

/** Marks answers that a proxy made up. */
export const INJECTED_HEADER = 'x-fault-injected';

interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Longer than any part of the stack takes to answer, even when it was stopped for a while. */
const UPSTREAM_MS = 60_000;

/** The proxy sends whole bodies, to an address of its own choice. */
function isReplaced(name: string): boolean {
  return name === 'content-length' || name === 'host';
}

/** Forwards HTTP requests over the faulty network, each on a connection of its own. */
export class HttpFaultProxy implements FaultProxy {
  readonly #link: HttpLink;
  readonly #upstreamPort: () => number;
  readonly #network: Network;
  #server: Server | undefined;
  #port = 0;

  /** @param upstreamPort where the part itself listens */
  constructor(link: HttpLink, upstreamPort: () => number, network: Network) {
    this.#link = link;
    this.#upstreamPort = upstreamPort;
    this.#network = network;
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
        // A failure behind the proxy looks like a broken connection before it.
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
    const outcome = await this.#network.carry(call, {
      deliver: () => this.#deliver(incoming, body),
      // A request that does not arrive throws, so every reply proves arrival.
      hasArrived: () => true,
      hasFailed: ({ status, headers }) =>
        status >= 400 || headers.some((name) => name.toLowerCase() === 'x-amz-function-error'),
    });
    switch (outcome.kind) {
      case 'lost':
        response.destroy();
        return;
      case 'refused':
        this.#refuse(response, outcome.refusal);
        return;
      case 'replied': {
        const { status, headers, body: answer } = outcome.reply;
        response.once('close', outcome.onForwarded);
        response.writeHead(status, [...headers, 'content-length', String(answer.length)]).end(answer);
      }
    }
  }

  #deliver({ method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const port = this.#upstreamPort();
      const signal = AbortSignal.timeout(UPSTREAM_MS);
      const headers = [
        ...forwardedHeaders(rawHeaders, isReplaced),
        'host',
        `127.0.0.1:${port}`,
        'content-length',
        String(body.length),
      ];
      const outgoing = openRequest(
        { host: '127.0.0.1', port, method, path: url, headers, agent: false, signal },
        (answer) => {
          whole(answer).then(
            (answered) =>
              resolve({
                status: answer.statusCode ?? 502,
                headers: forwardedHeaders(answer.rawHeaders, isReplaced),
                body: answered,
              }),
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
