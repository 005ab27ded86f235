import * as z from 'zod';
import { type ApiCall, appendExchange, type Exchange } from '../../answers/exchange.ts';
import type { HttpResponse, RequestSettings, VirtualUser } from './virtual-user.ts';

const calls: Readonly<Record<string, ApiCall>> = {
  '/orders/place': 'place',
  '/orders/status': 'status',
  '/orders/cancel': 'cancel',
  '/payment/pay': 'pay',
  '/inventory/stocks': 'stocks',
};

const namedOrders = z.union([
  z.object({ order_id: z.string() }).transform(({ order_id }) => [order_id]),
  z
    .object({ list: z.array(z.object({ order_id: z.string() })) })
    .transform(({ list }) => list.map((entry) => entry.order_id)),
]);

interface Sent {
  readonly at: string;
  readonly started_ms: number;
}

/** Writes down each request with its answer, or that there was none. */
export class ExchangeRecorder {
  readonly #file: string;
  readonly #sent = new Map<string, Sent>();

  constructor(file: string) {
    this.#file = file;
  }

  /** To be called right before a request is sent. */
  sent(request: RequestSettings): void {
    this.#sent.set(request.uuid, { at: new Date().toISOString(), started_ms: performance.now() });
  }

  /** Returns the answer's parsed body, or its text where it is no JSON. */
  answered(request: RequestSettings, response: HttpResponse, user: VirtualUser): unknown {
    const body = parseJson(response.body);
    const retryAfter = response.headers['retry-after'];
    const retry_after = typeof retryAfter === 'string' ? { retry_after: retryAfter } : {};
    this.#write(request, user, { kind: 'answered', http_status: response.statusCode, ...retry_after, body });
    return body;
  }

  /** Artillery tells of one failure more than once; only the first counts. */
  unanswered(request: RequestSettings, error: Error, user: VirtualUser): void {
    const code = 'code' in error ? `${String(error.code)}: ` : '';
    this.#write(request, user, { kind: 'unanswered', error: `${code}${error.message}` });
  }

  #write(request: RequestSettings, user: VirtualUser, outcome: Exchange['outcome']): void {
    const sent = this.#sent.get(request.uuid);
    if (sent === undefined) {
      return;
    }
    this.#sent.delete(request.uuid);
    const url = new URL(request.url);
    // What stands before it, such as a stage, belongs to the API's address.
    const call = calls[`/${url.pathname.split('/').slice(-2).join('/')}`];
    if (call === undefined) {
      throw new Error(`The traffic asks for ${url.pathname}, which the recorder does not know`);
    }
    const idempotency_key = call === 'place' ? request.headers?.['idempotency-key'] : undefined;
    appendExchange(this.#file, {
      at: sent.at,
      elapsed_ms: performance.now() - sent.started_ms,
      call,
      scenario: user.scenario?.name ?? 'unnamed',
      order_ids: orderIds(url, request.json),
      ...(idempotency_key === undefined ? {} : { idempotency_key }),
      outcome,
    });
  }
}

function orderIds(url: URL, body: unknown): string[] {
  const asked = url.searchParams.get('order_id');
  if (asked !== null) {
    return [asked];
  }
  return namedOrders.safeParse(body).data ?? [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
