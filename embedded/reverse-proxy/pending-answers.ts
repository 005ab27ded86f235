import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import * as z from 'zod';
import { requestPath } from './order-api-limits.ts';

/** A remembered answer to a question for an order's status. */
export interface PendingAnswer {
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  /** Milliseconds since the API was asked. */
  readonly ageMs: number;
  /** Milliseconds for which the same answer would be repeated, while the pressure lasts. */
  readonly staysMs: number;
}

/**
 * Why an answer may be repeated.
 *
 * - busy: others ask already. The answer told its caller to wait, and that time has not passed.
 * - crowded: sagas have to wait as well, so that an order stays PENDING for seconds.
 * - full: the API takes no more questions. An older answer serves better than a refusal (RFC 5861, section 4).
 */
export type Pressure = 'busy' | 'crowded' | 'full';

/** What is known of an order: the API's last answer while it was PENDING, or that it has moved on. */
type Memory =
  | { readonly caller: string; readonly headers: OutgoingHttpHeaders; readonly body: string; readonly askedAt: number }
  | 'moved';

/** The part of a request that an answer depends on. */
export type Question = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** An answer that may be remembered, and the request that it belongs to. */
export interface AnsweredRequest {
  readonly question: Question;
  /** The body of the request, where `isTold` by it which orders it changes. */
  readonly sent?: string;
  /** When the request was passed on, in milliseconds of a clock that never goes back. */
  readonly askedAt: number;
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** In any other spelling the API answers itself. */
const STATUS_URL = /^\/orders\/status\?order_id=([\w-]{1,64})$/;
const PLACE_PATH = '/orders/place';
const PAY_PATH = '/payment/pay';
/** Their answer names the order, which is shown otherwise from then on, also where it still is PENDING. */
const CHANGE_PATHS: ReadonlySet<string> = new Set(['/orders/cancel', '/orders/refund', '/orders/abandon']);

const orderEnvelope = z.object({ data: z.object({ order_id: z.string(), status: z.string() }) });
const payments = z.object({ list: z.array(z.object({ order_id: z.string() })).max(10) });

const MAX_AGE_MS = 3_000;
/** Longer than an answer asks its caller to wait. */
const MAX_AGE_WHEN_FULL_MS = 15_000;
/** Some megabytes. */
const MAX_ORDERS = 5_000;
const MAX_BODY_CHARACTERS = 4_096;

/**
 * Remembers for each order that it was PENDING, so that customers who ask again and again during a spike can be told so without
 * the API, as a cache of API Gateway would. An order stays PENDING until its saga begins, so the remembered answer is the one
 * that the API would have given a moment before. Once an answer showed more, it is not used again.
 */
export class PendingAnswers {
  readonly #memories = new Map<string, Memory>();

  /** Whether the answer to a request has to be told to `learn`. */
  static isOfInterest({ method, url = '' }: Question): boolean {
    const path = requestPath(url) ?? '';
    return method === 'POST'
      ? path === PLACE_PATH || path === PAY_PATH || CHANGE_PATHS.has(path)
      : method === 'GET' && STATUS_URL.test(url);
  }

  /** Whether only the body of a request tells which orders it changes. */
  static isTold({ method, url = '' }: Question): boolean {
    return method === 'POST' && requestPath(url) === PAY_PATH;
  }

  /**
   * The remembered answer to a request; undefined where the API must be asked.
   *
   * @param now in milliseconds, of the same clock as `askedAt`
   */
  find(question: Question, pressure: Pressure, now: number): PendingAnswer | undefined {
    const orderId = question.method === 'GET' ? STATUS_URL.exec(question.url ?? '')?.[1] : undefined;
    const memory = orderId === undefined ? undefined : this.#memories.get(orderId);
    if (memory === undefined || memory === 'moved' || memory.caller !== callerOf(question)) {
      return undefined;
    }
    const ageMs = now - memory.askedAt;
    const { headers, body } = memory;
    const maxAgeMs = maxAgeUnder(pressure, headers);
    const staysMs = Math.max(0, Math.min(MAX_AGE_MS, maxAgeMs) - ageMs);
    return ageMs > maxAgeMs ? undefined : { headers, body, ageMs, staysMs };
  }

  /** Takes note of an answer of the API. */
  learn(answered: AnsweredRequest): void {
    const { question, askedAt, status, headers, body } = answered;
    const asked = STATUS_URL.exec(question.url ?? '')?.[1];
    if (asked === undefined) {
      for (const orderId of changedOrders(answered)) {
        this.#remember(orderId, 'moved');
      }
      return;
    }
    if (answeredOrder(status, body)?.status !== 'PENDING') {
      this.#remember(asked, 'moved');
    } else if (this.#memories.get(asked) !== 'moved') {
      this.#remember(asked, { caller: callerOf(question), headers, body, askedAt });
    }
  }

  #remember(orderId: string, memory: Memory): void {
    this.#memories.delete(orderId);
    this.#memories.set(orderId, memory);
    if (this.#memories.size > MAX_ORDERS) {
      const [oldest] = this.#memories.keys();
      this.#memories.delete(oldest ?? '');
    }
  }
}

function maxAgeUnder(pressure: Pressure, headers: OutgoingHttpHeaders): number {
  switch (pressure) {
    case 'busy':
      return Math.min(MAX_AGE_MS, Number(headers['retry-after'] ?? 0) * 1_000);
    case 'crowded':
      return MAX_AGE_MS;
    case 'full':
      return MAX_AGE_WHEN_FULL_MS;
  }
}

/** Whoever sends other credentials, or wants another form of the answer, is another caller. */
function callerOf({ headers }: Question): string {
  const { authorization, origin, accept } = headers;
  return JSON.stringify([authorization, headers['x-api-key'], headers['if-none-match'], origin, accept]);
}

/** The orders that are shown otherwise after an answer than before. */
function changedOrders({ question: { url = '' }, status, body, sent = '' }: AnsweredRequest): readonly string[] {
  const path = requestPath(url);
  if (path === PAY_PATH) {
    const paid = payments.safeParse(parsed(sent));
    return paid.success && status < 500 ? paid.data.list.map(({ order_id }) => order_id) : [];
  }
  const order = answeredOrder(status, body);
  return order === undefined || (path === PLACE_PATH && order.status === 'PENDING') ? [] : [order.order_id];
}

function answeredOrder(status: number, body: string): z.output<typeof orderEnvelope>['data'] | undefined {
  const envelope = orderEnvelope.safeParse(
    status < 300 && body.length <= MAX_BODY_CHARACTERS ? parsed(body) : undefined,
  );
  return envelope.success ? envelope.data.data : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
