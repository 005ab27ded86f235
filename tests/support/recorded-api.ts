import { setTimeout as sleep } from 'node:timers/promises';

/** An answer of the HTTP API. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly success: boolean;
  readonly meta: Readonly<Record<string, unknown>> | null;
  readonly data: unknown;
}

/** Calls of the HTTP API on behalf of one caller. */
export interface ApiCaller {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<ApiAnswer>;
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<ApiAnswer>;
  /** Asks until the order has the status. */
  readonly orderBecomes: (orderId: string, status: string) => Promise<ApiAnswer>;
}

/** The API at a URL. It keeps every answer with its headers as text, so that a test can search them for secrets. */
export class RecordedApi {
  readonly #url: string;
  readonly answers: string[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  /** A caller who sends these headers with every request. */
  as(credentials: Readonly<Record<string, string>>): ApiCaller {
    const get: ApiCaller['get'] = (path, headers = {}) => this.#send(path, { headers: { ...credentials, ...headers } });
    return {
      get,
      post: (path, body, headers = {}) =>
        this.#send(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...credentials, ...headers },
          body: JSON.stringify(body),
        }),
      orderBecomes: async (orderId, status) => {
        for (let attempt = 0; attempt < 200; attempt += 1) {
          const answer = await get(`/orders/status?order_id=${orderId}`);
          if ((answer.data as { readonly status?: string }).status === status) {
            return answer;
          }
          await sleep(50);
        }
        throw new Error(`Order ${orderId} did not become ${status}: ${this.answers.at(-1)}`);
      },
    };
  }

  async #send(path: string, init: RequestInit): Promise<ApiAnswer> {
    const response = await fetch(this.#url + path, init);
    const text = await response.text();
    this.answers.push(`${JSON.stringify([...response.headers])} ${text}`);
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const body = (isJson ? JSON.parse(text) : { success: response.ok, meta: null, data: text }) as Omit<
      ApiAnswer,
      'status' | 'headers'
    >;
    return { ...body, status: response.status, headers: response.headers };
  }
}
