import { Agent, request as httpRequest } from 'node:http';

/** A request, as it goes over the wire. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The longest to wait for the answer. */
  readonly withinMs: number;
}

/** An answer, read to its end. */
export interface TransportAnswer {
  readonly status: number;
  /** A header's value; the name in small letters. */
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/**
 * Sends one HTTP request.
 *
 * @throws {Error} no answer: refused, broken off, or silent for too long
 */
export type Transport = (url: URL, request: TransportRequest) => Promise<TransportAnswer>;

/** Sends with fetch, over HTTP or HTTPS. */
export const fetchTransport: Transport = async (url, { withinMs, ...request }) => {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(withinMs) });
  const text = await response.text();
  return { status: response.status, header: (name) => response.headers.get(name) ?? undefined, text };
};

/**
 * Sends over HTTP connections that are kept open, with as little work as possible. A benchmark measures the server, and
 * both share the machine.
 */
export class KeepAliveTransport {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: 'lifo' });

  /** Sends one request. */
  readonly send: Transport = (url, { method, headers, body = '', withinMs }) =>
    new Promise((resolve, reject) => {
      const payload = Buffer.from(body);
      const outgoing = httpRequest(
        url,
        {
          method,
          agent: this.#agent,
          timeout: withinMs,
          headers: { ...headers, 'content-length': payload.length },
        },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            text += chunk;
          });
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              header: (name) => incoming.headers[name]?.toString(),
              text,
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${withinMs / 1000} s`)));
      outgoing.end(payload);
    });

  /** Ends the connections. */
  close(): void {
    this.#agent.destroy();
  }
}
