import { Agent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** The answer of an endpoint. */
export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Thrown when no answer came: the endpoint could not be reached, or the connection broke. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

interface HttpCall {
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly cancelled: AbortSignal;
}

/** An attempt without an answer. */
interface FailedAttempt {
  readonly cause: Error;
  /** There was a connection, so the endpoint may have acted on the request. */
  readonly wasConnected: boolean;
}

/** Lambda's limit of 15 minutes, and 5 seconds for the network. */
const RESPONSE_TIMEOUT_MS = 905_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Posts to one endpoint over keep-alive connections.
 *
 * An endpoint that refuses connections is usually restarting. The call is tried again with backoff until it connects or
 * the retry time is over. Once there was a connection, the endpoint may have acted on the request, also where a
 * keep-alive connection breaks just as it is reused. Such a call fails at once: the state machine's Retry decides whether
 * to repeat it, and the history shows it.
 */
export class HttpEndpoint {
  readonly #origin: string;
  readonly #target: RequestOptions;
  readonly #isSecure: boolean;
  readonly #agent: Agent;
  readonly #connectRetryMs: number;

  constructor(url: string, connections: number, connectRetrySeconds: number) {
    const { origin, protocol, hostname, port } = new URL(url);
    this.#origin = origin;
    this.#isSecure = protocol === 'https:';
    const options = { keepAlive: true, maxSockets: connections };
    this.#agent = this.#isSecure ? new SecureAgent(options) : new Agent(options);
    this.#target = {
      protocol,
      // `http.request` takes an IPv6 address without the brackets of a URL.
      hostname: hostname.replace(/^\[|\]$/g, ''),
      ...(port === '' ? {} : { port }),
      method: 'POST',
      agent: this.#agent,
      timeout: RESPONSE_TIMEOUT_MS,
    };
    this.#connectRetryMs = connectRetrySeconds * 1_000;
  }

  /**
   * Posts a request.
   *
   * @throws {ConnectionError} no connection in time, or one that broke before the answer was complete
   */
  async post(call: HttpCall): Promise<HttpReply> {
    const until = Date.now() + this.#connectRetryMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const outcome = await this.#postOnce(call);
      if ('status' in outcome) {
        return outcome;
      }
      call.cancelled.throwIfAborted();
      const { cause, wasConnected } = outcome;
      if (wasConnected) {
        throw new ConnectionError(`${this.#origin} gave no answer: ${textOf(cause)}`, { cause });
      }
      if (Date.now() + pause > until) {
        throw new ConnectionError(`${this.#origin} could not be reached: ${textOf(cause)}`, { cause });
      }
      await sleep(pause, undefined, { signal: call.cancelled });
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #postOnce({ path, headers, body, cancelled }: HttpCall): Promise<HttpReply | FailedAttempt> {
    return new Promise<HttpReply | FailedAttempt>((resolve) => {
      const open = this.#isSecure ? secureRequest : request;
      let wasConnected = false;
      const abort = (): void => {
        outgoing.destroy(new Error('the call was cancelled'));
      };
      const over = (outcome: HttpReply | FailedAttempt): void => {
        cancelled.removeEventListener('abort', abort);
        resolve(outcome);
      };
      const lost = (cause: Error): void => over({ cause, wasConnected });
      const outgoing = open(
        { ...this.#target, path, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', lost);
          incoming.on('end', () =>
            over({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString('utf8') ?? '',
            }),
          );
        },
      );
      outgoing.on('socket', (socket) => {
        wasConnected = outgoing.reusedSocket;
        if (wasConnected) {
          return;
        }
        socket.once(this.#isSecure ? 'secureConnect' : 'connect', () => {
          wasConnected = true;
        });
      });
      outgoing.on('error', lost);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${RESPONSE_TIMEOUT_MS / 1_000} s`)));
      // Cheaper than the request's own `signal` option, which would cost more than everything else here.
      cancelled.addEventListener('abort', abort, { once: true });
      // A string goes out in one packet with the headers.
      outgoing.end(body);
      if (cancelled.aborted) {
        abort();
      }
    });
  }
}

/** The error for a host name with several addresses has a code and no message. */
function textOf(error: Error): string {
  return error.message || ('code' in error ? String(error.code) : error.name);
}
