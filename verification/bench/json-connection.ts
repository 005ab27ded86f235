import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** An answer whose body is JSON, or text where it is not. */
export interface JsonReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

const LONGEST_SILENCE_MS = 20_000;

/**
 * Posts JSON to one server over connections that are kept open, with as little work of its own as can be: what is measured
 * is the server, and both share the machine.
 */
export class JsonConnection {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: 'lifo' });

  /** @param url http://host:port */
  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** @throws {Error} no answer: refused, broken off, or silent for 20 s */
  post(path: string, headers: Readonly<Record<string, string>>, body: unknown): Promise<JsonReply> {
    const { hostname, port } = this.#url;
    const payload = Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          hostname,
          port,
          path,
          method: 'POST',
          agent: this.#agent,
          timeout: LONGEST_SILENCE_MS,
          headers: { 'content-type': 'application/json', ...headers, 'content-length': payload.length },
        },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            text += chunk;
          });
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: parsed(text) }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${LONGEST_SILENCE_MS / 1000} s`)));
      outgoing.end(payload);
    });
  }

  /** Ends the connections. */
  close(): void {
    this.#agent.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
