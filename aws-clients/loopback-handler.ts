import { HttpResponse } from '@smithy/core/protocols';
import type { HttpHandlerOptions, HttpRequest } from '@smithy/types';
import { LoopbackConnections } from './loopback-connections.ts';

/** Limits of the calls to one service. */
export interface LoopbackLimits {
  readonly maxSockets: number;
  /** How long a connection may take, in milliseconds. */
  readonly connectionTimeout: number;
  /** Time until the head of a reply, in milliseconds. */
  readonly requestTimeout: number;
}

const HTTP_PORT = 80;

/** Line ends would let a value begin a header of its own. */
const LINE_END = /[\r\n]/;

/**
 * The request handler of a client whose service is on this machine, over plain HTTP. Unlike the SDK's own, it writes a request in
 * one piece and reads whole replies. All requests go to the given endpoint.
 */
export class LoopbackHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #connections: LoopbackConnections;
  readonly #limits: LoopbackLimits;

  constructor(endpoint: string, limits: LoopbackLimits) {
    const { hostname, port } = new URL(endpoint);
    this.#limits = limits;
    this.#connections = new LoopbackConnections({
      // A connection takes an IPv6 address without the brackets of a URL.
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? HTTP_PORT : Number(port),
      maxSockets: limits.maxSockets,
      connectionTimeout: limits.connectionTimeout,
    });
  }

  /** @throws Error as LoopbackConnections does; TypeError where the request cannot be sent */
  async handle(
    request: Pick<HttpRequest, 'method' | 'path' | 'headers' | 'body'>,
    { abortSignal, requestTimeout }: HttpHandlerOptions = {},
  ): Promise<{ readonly response: HttpResponse }> {
    const { status, headers, body } = await this.#connections.exchange({
      message: messageOf(request),
      timeoutMs: requestTimeout ?? this.#limits.requestTimeout,
      signal: abortSignal instanceof AbortSignal ? abortSignal : undefined,
    });
    return { response: new HttpResponse({ statusCode: status, headers: { ...headers }, body }) };
  }

  /** Closes the connections. */
  destroy(): void {
    this.#connections.close();
  }

  /** For the SDK; the limits are fixed. */
  updateHttpClientConfig(): void {}

  /** For the SDK. */
  httpHandlerConfigs(): LoopbackLimits {
    return this.#limits;
  }
}

function messageOf({ method, path, headers, body }: Pick<HttpRequest, 'method' | 'path' | 'headers' | 'body'>): Buffer {
  const bytes = bytesOf(body);
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'content-length') {
      head += `${name}: ${value}\r\n`;
      refuseLineEnds(value);
    }
  }
  refuseLineEnds(path);
  return Buffer.concat([Buffer.from(`${head}content-length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes]);
}

function refuseLineEnds(text: string): void {
  if (LINE_END.test(text)) {
    throw new TypeError('a request has a line end in its path or in a header');
  }
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) {
    return body;
  }
  if (body === undefined || typeof body === 'string') {
    return Buffer.from(body ?? '');
  }
  throw new TypeError('only whole bodies can be sent to a service on this machine');
}
