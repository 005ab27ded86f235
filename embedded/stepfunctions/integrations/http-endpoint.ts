import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** What an endpoint answered. */
export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Thrown when no answer came: the endpoint refused the connection, broke it off, or could not be found. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

interface HttpCall {
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly cancelled: AbortSignal;
}

/** Lambda's own limit of 15 minutes, and a moment for the way. */
const LONGEST_SILENCE_MS = 905_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Posts to one endpoint over connections that are kept open. An endpoint that cannot be reached is being restarted, as
 * a rule: the call is held and made again until it is reached or the patience is over. A call whose answer was lost is
 * made again too, as after a crash of this engine.
 */
export class HttpEndpoint {
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #patienceMs: number;

  constructor(url: string, connections: number, patienceSeconds: number) {
    this.#url = new URL(url);
    const options = { keepAlive: true, maxSockets: connections };
    this.#agent = this.#url.protocol === 'https:' ? new SecureAgent(options) : new Agent(options);
    this.#patienceMs = patienceSeconds * 1_000;
  }

  /** @throws {ConnectionError} no answer within the patience */
  async post(call: HttpCall): Promise<HttpReply> {
    const until = Date.now() + this.#patienceMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.#postOnce(call);
      } catch (cause) {
        call.cancelled.throwIfAborted();
        if (Date.now() + pause > until) {
          const why = cause instanceof Error ? cause.message : String(cause);
          throw new ConnectionError(`${this.#url.origin} could not be reached: ${why}`, { cause });
        }
        await sleep(pause, undefined, { signal: call.cancelled });
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #postOnce({ path, headers, body, cancelled }: HttpCall): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const payload = Buffer.from(body);
      const open = this.#url.protocol === 'https:' ? secureRequest : request;
      const outgoing = open(
        new URL(path, this.#url),
        {
          method: 'POST',
          agent: this.#agent,
          signal: cancelled,
          timeout: LONGEST_SILENCE_MS,
          headers: { ...headers, 'content-length': payload.length },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${LONGEST_SILENCE_MS / 1_000} s`)));
      outgoing.end(payload);
    });
  }
}
