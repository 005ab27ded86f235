import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

const envelope = z.object({
  status: z.int(),
  success: z.boolean(),
  meta: z.looseObject({ code: z.string().optional() }).nullable(),
  data: z.unknown(),
});
const orderSummary = z.object({ order_id: z.uuid(), status: z.string() });
const orderView = orderSummary.extend({
  reason_code: z.string().optional(),
  timeline: z.array(z.object({ at: z.string(), status: z.string(), what: z.string(), why: z.string().optional() })),
});
const stock = z.array(z.object({ Id: z.string(), name: z.string(), count: z.int(), price: z.int() }));

/** An answer in the API's envelope. */
export type Answer = z.output<typeof envelope>;
/** An order as /orders/status shows it. */
export type OrderView = z.output<typeof orderView>;
/** One item of /inventory/stocks. */
export type StockItem = z.output<typeof stock>[number];

/** The statuses in which nothing moves any more. */
const FINAL = ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'NEEDS_ATTENTION'];

/** On LocalStack the first call of each function starts a container. */
const PATIENCE_MS = 120_000;

/** Somebody who uses the API of any place: knows its address and the contract, and nothing else. */
export class Customer {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  /**
   * @param url the API's address; what follows the host, such as a stage, belongs to it
   * @param headers sent with each request, such as X-Api-Key
   */
  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#base = url.replace(/\/+$/, '');
    this.#headers = headers;
  }

  /** Any answer to a GET. A 503 is tried again as it asks. */
  async page(path: string): Promise<Response> {
    return this.#patiently(path, { headers: this.#headers });
  }

  /** The enveloped answer to a GET, success or not. */
  async get(path: string): Promise<Answer> {
    return this.#enveloped(await this.page(path));
  }

  /** The enveloped answer to a POST, success or not. A 503 is tried again as it asks. */
  async post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await this.#patiently(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#headers, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return this.#enveloped(response);
  }

  /** What can be ordered. */
  async stocks(path = '/inventory/stocks'): Promise<readonly StockItem[]> {
    return stock.parse((await this.get(path)).data);
  }

  /** Places an order that must be accepted, and answers its id. */
  async place(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await this.post('/orders/place', body, headers);
    assert.equal(answer.status, 202, JSON.stringify(answer));
    return orderSummary.parse(answer.data).order_id;
  }

  /** Looks at an order until it is in one of these statuses, or has ended otherwise. */
  async watch(orderId: string, statuses: readonly string[] = FINAL): Promise<OrderView> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const order = orderView.parse((await this.get(`/orders/status?order_id=${orderId}`)).data);
      if (statuses.includes(order.status)) {
        return order;
      }
      if (FINAL.includes(order.status) || Date.now() > end) {
        throw new Error(`The order ${orderId} is ${order.status}, and should be ${statuses.join(' or ')}.`);
      }
      await delay(500);
    }
  }

  async #patiently(path: string, request: RequestInit): Promise<Response> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const response = await fetch(this.#base + path, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
      if (response.status !== 503 || Date.now() > end) {
        return response;
      }
      await response.body?.cancel();
      await delay(Number(response.headers.get('retry-after') ?? 1) * 1000);
    }
  }

  async #enveloped(response: Response): Promise<Answer> {
    const body = await response.text();
    try {
      const answer = envelope.parse(JSON.parse(body));
      assert.equal(answer.status, response.status, 'the envelope repeats the HTTP status');
      return answer;
    } catch (cause) {
      throw new Error(`${response.url} answered ${response.status} with ${body.slice(0, 300)}`, { cause });
    }
  }
}
