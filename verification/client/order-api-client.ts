import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { OrderStatus } from '../../functions/orders/order-status.ts';
import type { Exchange } from '../answers/exchange.ts';
import { promisesIn } from '../answers/promises.ts';
import { type ApiPromise, isFinished } from '../invariants/snapshot.ts';
import {
  type ApiEnvelope,
  acceptedRefundSchema,
  envelopeFrom,
  envelopeOf,
  type OrderView,
  orderSummarySchema,
  orderViewSchema,
  type StockItem,
  stockItemsSchema,
} from './api-envelope.ts';
import { fetchTransport, type Transport, type TransportAnswer } from './http-transport.ts';
import { answeredWith, exchangeOf, unansweredBecause } from './record-exchange.ts';

/** One request of the HTTP API. */
export interface ApiRequest {
  /** Path and query, such as `/orders/status?order_id=…`. */
  readonly path: string;
  /** Absent: GET. A string is sent as it is, so that a broken body can be tried. */
  readonly body?: object | string;
  readonly idempotencyKey?: string | undefined;
  /** The customer's scenario; absent: the client's own. */
  readonly scenario?: string;
  /** The order it is about, where the customer knows it and the request does not say it. */
  readonly orderId?: string;
  /** How long after its planned time the request is sent. The record counts from the planned time. */
  readonly lateMs?: number;
}

/** A request with what came of it. */
export interface RecordedExchange {
  readonly request: ApiRequest;
  readonly exchange: Exchange;
  /** Whether a fault proxy gave the answer, not the API. */
  readonly isInjected: boolean;
}

/** How a client behaves. */
export interface ClientSettings {
  /** Sent with each request, such as X-Api-Key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The scenario of requests that name none. */
  readonly scenario?: string;
  /** The longest to wait for one answer. */
  readonly answerWithinMs?: number;
  /** How long a request that is refused for now (503) is sent again. */
  readonly patienceMs?: number;
  /** How long `waitForStatus` waits between two looks. */
  readonly lookEveryMs?: number;
  /** The response header by which a fault proxy marks the answers that it gave itself. */
  readonly injectedHeader?: string;
  /** What sends the requests. Default: fetch. */
  readonly transport?: Transport;
  /** Called for each exchange. */
  readonly onExchange?: (recorded: RecordedExchange) => void;
  /** Whether `recorded` keeps the exchanges. Default: true. */
  readonly keepsExchanges?: boolean;
}

/** What a customer decides at the page of a payment. */
export type PageDecision = 'approve' | 'refuse';

/** How a customer pays, as /orders/place takes it. */
export interface PaymentChoice {
  readonly method?: string;
  readonly window_seconds?: number;
}

/** The body of /orders/place. */
export interface PlaceBody {
  readonly list: readonly { readonly id: string; readonly count: number }[];
  readonly payment?: PaymentChoice;
}

const ANSWER_WITHIN_MS = 30_000;
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 100;
/** Where a 503 has no Retry-After, such as API Gateway's own. */
const RETRY_AFTER_SECONDS = 1;

/**
 * The client of the HTTP API for everything that tries the system. It knows only the API's address and contract. It
 * records each exchange, so that the invariants can hold the API to its answers. Three layers:
 *
 *     send()                      one attempt; never throws, silence is an outcome, too
 *     request()                   again after Retry-After while refused (503); the envelope, success or not
 *     place() pay() cancel() ...  what a customer wants; throws on any other answer
 */
export class OrderApiClient {
  /** All exchanges so far, in the order of their ends. */
  readonly recorded: RecordedExchange[] = [];
  readonly #baseUrl: string;
  readonly #settings: ClientSettings;
  readonly #transport: Transport;

  /** @param baseUrl the API's address; what follows the host, such as a stage, belongs to it */
  constructor(baseUrl: string, settings: ClientSettings = {}) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#settings = settings;
    this.#transport = settings.transport ?? fetchTransport;
  }

  /** What the API has promised so far, for the invariants; answers of fault proxies promise nothing. */
  get promises(): readonly ApiPromise[] {
    return this.recorded.flatMap(({ exchange, isInjected }) => (isInjected ? [] : (promisesIn(exchange) ?? [])));
  }

  /** Sends a request once. Never throws for want of an answer. */
  async send(request: ApiRequest): Promise<RecordedExchange> {
    const { body, idempotencyKey, lateMs = 0 } = request;
    const url = new URL(this.#baseUrl + request.path);
    const sentAt = new Date(Date.now() - lateMs);
    const startedMs = performance.now() - lateMs;
    let outcome: Exchange['outcome'];
    let isInjected = false;
    try {
      const { status, header, text } = await this.#ask(url, request);
      outcome = answeredWith(status, header('retry-after'), text);
      isInjected = this.#settings.injectedHeader !== undefined && header(this.#settings.injectedHeader) !== undefined;
    } catch (error) {
      outcome = unansweredBecause(error);
    }
    const scenario = request.scenario ?? this.#settings.scenario ?? 'unnamed';
    const elapsedMs = performance.now() - startedMs;
    const exchange = exchangeOf({ url, body, idempotencyKey, scenario, sentAt, elapsedMs }, outcome);
    const recorded = { request, exchange, isInjected };
    if (this.#settings.keepsExchanges ?? true) {
      this.recorded.push(recorded);
    }
    this.#settings.onExchange?.(recorded);
    return recorded;
  }

  /**
   * Sends a request, again after Retry-After while it is refused for now.
   *
   * @returns the envelope, success or not
   * @throws {Error} there was no answer, or it has no envelope
   */
  async request(request: ApiRequest): Promise<ApiEnvelope> {
    const { exchange } = await this.#whileRefused(
      () => this.send(request),
      ({ exchange: { outcome } }) =>
        outcome.kind === 'answered' && outcome.http_status === 503 ? (outcome.retry_after ?? '') : undefined,
    );
    return envelopeOf(exchange);
  }

  /** Places an order that must be accepted, and returns its id. */
  async place(body: PlaceBody, idempotencyKey: string = crypto.randomUUID()): Promise<string> {
    const envelope = await this.request({ path: '/orders/place', body, idempotencyKey });
    return dataOf(envelope, orderSummarySchema, '/orders/place').order_id;
  }

  /** Pays for an order; the money is taken when this returns. */
  async pay(orderId: string, paymentId: string): Promise<void> {
    const body = { list: [{ id: paymentId, order_id: orderId }] };
    dataOf(await this.request({ path: '/payment/pay', body }), z.literal(true), '/payment/pay');
  }

  /** Cancels an order that can still be cancelled. */
  async cancel(orderId: string): Promise<void> {
    const envelope = await this.request({ path: '/orders/cancel', body: { order_id: orderId } });
    dataOf(envelope, orderSummarySchema, '/orders/cancel');
  }

  /**
   * Decides at the page of a payment that waits for its customer. Not recorded: the page belongs to the payment provider.
   *
   * @param actionUrl `payment.action_url` of the order
   * @throws {Error} the page did not take the decision, or there was no answer
   */
  async decide(actionUrl: string, decision: PageDecision): Promise<void> {
    const url = new URL(actionUrl, this.#baseUrl);
    const form = new URLSearchParams(url.searchParams);
    form.set('decision', decision);
    const transport = { method: 'POST', withinMs: this.#settings.answerWithinMs ?? ANSWER_WITHIN_MS } as const;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, text } = await this.#transport(url, { ...transport, headers, body: form.toString() });
    if (status !== 200) {
      throw new Error(`The page of the payment answered ${status}: ${text.slice(0, 300)}`);
    }
  }

  /**
   * Refunds an order, and waits until the refund has ended or is parked.
   *
   * @param wanted an amount in minor units or lines, and whether the pieces come back; empty for all that is left
   * @returns the refund's status
   */
  async refund(orderId: string, wanted: object, seconds: number): Promise<string> {
    const body = { order_id: orderId, reason: this.#settings.scenario ?? 'unnamed', ...wanted };
    const envelope = await this.request({ path: '/orders/refund', body, idempotencyKey: crypto.randomUUID() });
    const { refund_id } = dataOf(envelope, acceptedRefundSchema, '/orders/refund');
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const refund = (await this.order(orderId)).refunds?.find((each) => each.refund_id === refund_id);
      if (refund !== undefined && refund.status !== 'REQUESTED') {
        return refund.status;
      }
      if (Date.now() > deadline) {
        throw new Error(`Refund ${refund_id} of order ${orderId} is not over within ${seconds} s`);
      }
      await sleep(this.#settings.lookEveryMs ?? LOOK_EVERY_MS);
    }
  }

  /**
   * Gives up an order that is parked. Its saga gives money and stock back, and closes it.
   *
   * @returns false where the order is not parked, or its execution has not ended yet
   */
  async abandon(orderId: string, reason: string): Promise<boolean> {
    const envelope = await this.request({ path: '/orders/abandon', body: { order_id: orderId, reason } });
    if (envelope.status === 409) {
      return false;
    }
    return dataOf(envelope, z.object({ abandon_requested: z.literal(true) }), '/orders/abandon').abandon_requested;
  }

  /** An order as it is now. */
  async order(orderId: string): Promise<OrderView> {
    const envelope = await this.request({ path: `/orders/status?order_id=${orderId}` });
    return dataOf(envelope, orderViewSchema, '/orders/status');
  }

  /** What can be ordered. */
  async stocks(path = '/inventory/stocks'): Promise<readonly StockItem[]> {
    return dataOf(await this.request({ path }), stockItemsSchema, path);
  }

  /**
   * Looks at an order until it is in one of these statuses.
   *
   * @param statuses without them: any in which nothing moves any more
   * @throws {Error} it came to another end, or the time is over
   */
  async waitForStatus(orderId: string, seconds: number, statuses?: readonly OrderStatus[]): Promise<OrderView> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const order = await this.order(orderId);
      const isSettled = isFinished(order.status) || order.status === 'NEEDS_ATTENTION';
      if (statuses === undefined ? isSettled : statuses.includes(order.status)) {
        return order;
      }
      if (isSettled || Date.now() > deadline) {
        const wanted = statuses?.join(' or ') ?? 'at its end';
        throw new Error(`Order ${orderId} is ${order.status}, and should be ${wanted} within ${seconds} s`);
      }
      await sleep(this.#settings.lookEveryMs ?? LOOK_EVERY_MS);
    }
  }

  /** A page that is no call of the API, such as /docs; again after Retry-After while it is refused. Not recorded. */
  page(path: string): Promise<TransportAnswer> {
    return this.#askPatiently({ path });
  }

  /**
   * A call that is not for customers, such as /orders/summary; again after Retry-After while it is refused. Not recorded: it
   * promises them nothing.
   *
   * @returns the envelope, success or not
   * @throws {Error} there was no answer, or it has no envelope
   */
  async operate(request: ApiRequest): Promise<ApiEnvelope> {
    const { status, text } = await this.#askPatiently(request);
    return envelopeFrom(answeredWith(status, undefined, text), `${request.path} was answered with ${status}`);
  }

  #askPatiently(request: ApiRequest): Promise<TransportAnswer> {
    return this.#whileRefused(
      () => this.#ask(new URL(this.#baseUrl + request.path), request),
      ({ status, header }) => (status === 503 ? (header('retry-after') ?? '') : undefined),
    );
  }

  /** @param refusal the Retry-After of a 503, empty where it has none; undefined for any other answer */
  async #whileRefused<T>(attempt: () => Promise<T>, refusal: (answer: T) => string | undefined): Promise<T> {
    const until = Date.now() + (this.#settings.patienceMs ?? PATIENCE_MS);
    for (;;) {
      const answer = await attempt();
      const retryAfter = refusal(answer);
      if (retryAfter === undefined || Date.now() > until) {
        return answer;
      }
      await sleep(Number(retryAfter || RETRY_AFTER_SECONDS) * 1000);
    }
  }

  #ask(url: URL, { body, idempotencyKey }: ApiRequest): Promise<TransportAnswer> {
    const { headers, answerWithinMs = ANSWER_WITHIN_MS } = this.#settings;
    return this.#transport(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      withinMs: answerWithinMs,
    });
  }
}

function dataOf<T>({ status, success, data }: ApiEnvelope, schema: z.ZodType<T>, path: string): T {
  const parsed = schema.safeParse(data);
  if (success && parsed.success) {
    return parsed.data;
  }
  throw new Error(`${path} was answered with ${status}: ${JSON.stringify(data)}`, { cause: parsed.error });
}
