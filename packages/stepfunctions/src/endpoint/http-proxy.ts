import { Agent, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';
import { forwardedHeaders } from './forwarded-headers.ts';

/** More than all clients of one stack have open together (256 each for the API and the services). */
const MAX_IN_FLIGHT = 1_024;

/** Passed to `unreachable` when too many requests are in flight. The proxy queues nothing. */
export class ProxyFullError extends Error {
  override readonly name = 'ProxyFullError';
}

/** Passes requests on to one HTTP endpoint over keep-alive connections, bodies byte for byte as they arrive. */
export class HttpProxy {
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #maxInFlight: number;
  #inFlight = 0;

  constructor(target: string, maxInFlight = MAX_IN_FLIGHT) {
    this.#target = new URL(target);
    this.#maxInFlight = maxInFlight;
  }

  /**
   * Streams the request to the endpoint and its answer back.
   *
   * @param unreachable answers the request when no answer has begun; gets a ProxyFullError when the proxy is full
   * @param unserved answers the request where the endpoint does not know the operation or the path
   */
  forward(
    incoming: IncomingMessage,
    response: ServerResponse,
    unreachable: (error: Error) => void,
    unserved?: () => void,
  ): void {
    if (this.#inFlight >= this.#maxInFlight) {
      incoming.resume();
      unreachable(new ProxyFullError(`${this.#inFlight} requests are in flight`));
      return;
    }
    this.#inFlight += 1;
    response.once('close', () => {
      this.#inFlight -= 1;
    });
    const outgoing = openRequest(
      {
        agent: this.#agent,
        host: this.#target.hostname,
        port: this.#target.port || 80,
        method: incoming.method,
        path: incoming.url,
        headers: this.#requestHeaders(incoming),
      },
      (answer) => {
        if (unserved && isUnserved(answer)) {
          answer.resume();
          unserved();
          return;
        }
        response.writeHead(answer.statusCode ?? 502, forwardedHeaders(answer.rawHeaders));
        answer.pipe(response);
        answer.on('error', (error) => response.destroy(error));
      },
    );
    outgoing.on('error', (error) => {
      if (response.headersSent) {
        response.destroy(error);
      } else {
        unreachable(error);
      }
    });
    response.on('close', () => {
      if (!response.writableFinished) {
        outgoing.destroy();
      }
    });
    incoming.pipe(outgoing);
  }

  /** Closes the idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  // A chunked body stays chunked for every method. Otherwise Node would send the body of a GET without framing.
  #requestHeaders({ rawHeaders, headers }: IncomingMessage): string[] {
    const framing = headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked'];
    return [...forwardedHeaders(rawHeaders, (name) => name === 'host'), 'Host', this.#target.host, ...framing];
  }
}

/** A 404 that is no service's own error, such as that of a missing function. */
function isUnserved({ statusCode, headers }: IncomingMessage): boolean {
  const type = headers['x-amzn-errortype'];
  return statusCode === 404 && (type === undefined || type === 'UnknownOperationException');
}
