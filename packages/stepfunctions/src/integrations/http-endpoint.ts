import { Agent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** What an endpoint answered. */
export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Thrown when no answer came: the endpoint could not be reached, or broke the connection off. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

interface HttpCall {
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly cancelled: AbortSignal;
}

/** How one try went wrong. */
interface LostTry {
  readonly cause: Error;
  /** There was a connection, so that the endpoint may have got the request and acted on it. */
  readonly wasConnected: boolean;
}

/** Lambda's own limit of 15 minutes, and a moment for the way. */
const LONGEST_SILENCE_MS = 905_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Posts to one endpoint over connections that are kept open. An endpoint that takes no connections is being restarted, as
 * a rule: the call is held and made again until there is one or the patience is over. Once there was a connection the
 * request may have been acted on, whatever the connection's end looks like; that includes one that was kept open and
 * breaks off just as it is used again. Such a call fails: whether it is made again is for the state machine's Retry to
 * say, and for the history to show.
 */
export class HttpEndpoint {
  readonly #origin: string;
  readonly #target: RequestOptions;
  readonly #isSecure: boolean;
  readonly #agent: Agent;
  readonly #patienceMs: number;

  constructor(url: string, connections: number, patienceSeconds: number) {
    const { origin, protocol, hostname, port } = new URL(url);
    this.#origin = origin;
    this.#isSecure = protocol === 'https:';
    const options = { keepAlive: true, maxSockets: connections };
    this.#agent = this.#isSecure ? new SecureAgent(options) : new Agent(options);
    this.#target = {
      protocol,
      // As `http.request` takes an IPv6 address: without the brackets it has in a URL.
      hostname: hostname.replace(/^\[|\]$/g, ''),
      ...(port === '' ? {} : { port }),
      method: 'POST',
      agent: this.#agent,
      timeout: LONGEST_SILENCE_MS,
    };
    this.#patienceMs = patienceSeconds * 1_000;
  }

  /** @throws {ConnectionError} no connection within the patience, or one that broke off before the answer was there */
  async post(call: HttpCall): Promise<HttpReply> {
    const until = Date.now() + this.#patienceMs;
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

  #postOnce({ path, headers, body, cancelled }: HttpCall): Promise<HttpReply | LostTry> {
    return new Promise<HttpReply | LostTry>((resolve) => {
      const open = this.#isSecure ? secureRequest : request;
      let wasConnected = false;
      const giveUp = (): void => {
        outgoing.destroy(new Error('nobody waits for the answer any more'));
      };
      const over = (outcome: HttpReply | LostTry): void => {
        cancelled.removeEventListener('abort', giveUp);
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
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${LONGEST_SILENCE_MS / 1_000} s`)));
      // A request's own `signal` costs more than all else here.
      cancelled.addEventListener('abort', giveUp, { once: true });
      // As text it goes out in one piece with the headers.
      outgoing.end(body);
      if (cancelled.aborted) {
        giveUp();
      }
    });
  }
}

/** A name that stands for several addresses fails with an error that has a code and no message. */
function textOf(error: Error): string {
  return error.message || ('code' in error ? String(error.code) : error.name);
}
