import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { ORDER_STATUSES } from '../../functions/orders/order-status.ts';
import type { ApiPromise } from '../invariants/snapshot.ts';

const orderSummary = z.object({ order_id: z.string(), status: z.enum(ORDER_STATUSES) });
const timelineEntry = z.object({ at: z.string(), status: z.string(), what: z.string(), why: z.string().optional() });
const orderView = orderSummary.extend({ reason_code: z.string().optional(), timeline: z.array(timelineEntry) });
const envelope = z.object({ status: z.int(), success: z.boolean(), data: z.unknown() });

/** An order as /orders/status shows it. */
export type OrderView = z.infer<typeof orderView>;

/** An item and how many of it, as /orders/place takes them. */
export interface WantedItem {
  readonly id: string;
  readonly count: number;
}

/** How to pay, as /orders/place takes it. */
export interface PaymentChoice {
  readonly method?: string;
  readonly window_seconds?: number;
}

const TRIES_WHILE_REFUSED = 20;

/** The HTTP API as a customer uses it: a request that is refused for now (503) is sent again after Retry-After. */
export class Shop {
  readonly #baseUrl: string;
  readonly #say: (line: string) => void;
  /** What the API has promised so far. */
  readonly answers: ApiPromise[] = [];

  /** @param say told of each request that changes something, and its answer */
  constructor(baseUrl: string, say: (line: string) => void) {
    this.#baseUrl = baseUrl;
    this.#say = say;
  }

  /** Places an order and returns its id. */
  async place(list: readonly WantedItem[], payment?: PaymentChoice): Promise<string> {
    const body = { list, ...(payment && { payment }) };
    const { order_id, status } = orderSummary.parse(await this.#post('/orders/place', body));
    this.answers.push({ kind: 'order-accepted', order_id }, { kind: 'status-shown', order_id, status });
    return order_id;
  }

  /** Pays for an order; the money is taken when this returns. */
  async pay(order_id: string, payment_id: string): Promise<void> {
    z.literal(true).parse(await this.#post('/payment/pay', { list: [{ id: payment_id, order_id }] }));
    this.answers.push({ kind: 'payment-settled', order_id });
  }

  /** Cancels an order. */
  async cancel(order_id: string): Promise<void> {
    orderSummary.parse(await this.#post('/orders/cancel', { order_id }));
    this.answers.push({ kind: 'cancellation-accepted', order_id });
  }

  /** Looks at an order. */
  async look(order_id: string): Promise<OrderView> {
    const { data } = await this.#send(`/orders/status?order_id=${order_id}`, { method: 'GET' });
    const view = orderView.parse(data);
    this.answers.push({ kind: 'status-shown', order_id, status: view.status });
    return view;
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const sent = JSON.stringify(body);
    const { status, data } = await this.#send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: sent,
    });
    this.#say(shortened(`POST ${path} ${sent} -> ${status} ${JSON.stringify(data)}`));
    return data;
  }

  async #send(path: string, request: RequestInit): Promise<{ readonly status: number; readonly data: unknown }> {
    for (let tries = 1; ; tries += 1) {
      const response = await fetch(new URL(path, this.#baseUrl), { ...request, signal: AbortSignal.timeout(30_000) });
      const { status, success, data } = envelope.parse(await response.json());
      if (success) {
        return { status, data };
      }
      const retryAfter = Number(response.headers.get('retry-after'));
      if (status !== 503 || !(retryAfter > 0) || tries === TRIES_WHILE_REFUSED) {
        throw new Error(`${request.method} ${path} was answered with ${status}: ${JSON.stringify(data)}`);
      }
      await sleep(retryAfter * 1000);
    }
  }
}

/** Ids cut to their first eight characters, so that a line stays a line. */
function shortened(text: string): string {
  return text.replaceAll(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1..');
}
