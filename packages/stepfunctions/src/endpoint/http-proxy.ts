import { Agent, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';

/** Headers that belong to one connection, not to the message. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']);

function forwarded(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase()) && name.toLowerCase() !== 'host') {
      kept.push(name, rawHeaders[i + 1] ?? '');
    }
  }
  return kept;
}

/** More than all clients of one stack keep open by themselves (256 each for API and services). */
const MOST_UNDER_WAY = 1_024;

/** What `unreachable` gets while so many requests are under way that no more are taken; nothing waits in the proxy. */
export class ProxyFullError extends Error {
  override readonly name = 'ProxyFullError';
}

/** Passes requests on to one HTTP endpoint, byte for byte and as they come, over connections that are kept open. */
export class HttpProxy {
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #mostUnderWay: number;
  #underWay = 0;

  constructor(target: string, mostUnderWay = MOST_UNDER_WAY) {
    this.#target = new URL(target);
    this.#mostUnderWay = mostUnderWay;
  }

  /** Answers with what the endpoint answers, or with `unreachable` when no answer has begun; ProxyFullError when full. */
  forward(incoming: IncomingMessage, response: ServerResponse, unreachable: (error: Error) => void): void {
    if (this.#underWay >= this.#mostUnderWay) {
      incoming.resume();
      unreachable(new ProxyFullError(`${this.#underWay} requests are under way`));
      return;
    }
    this.#underWay += 1;
    response.once('close', () => {
      this.#underWay -= 1;
    });
    const outgoing = openRequest(
      {
        agent: this.#agent,
        host: this.#target.hostname,
        port: this.#target.port || 80,
        method: incoming.method,
        path: incoming.url,
        headers: [...forwarded(incoming.rawHeaders), 'Host', this.#target.host],
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, forwarded(answer.rawHeaders));
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

  close(): void {
    this.#agent.destroy();
  }
}
