import * as z from 'zod';
import type { ApiCall, Exchange } from '../answers/exchange.ts';

/** A request, as far as the record of its exchange needs it. */
export interface RequestFacts {
  readonly url: URL;
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  /** The customer's scenario, such as `pays later`. */
  readonly scenario: string;
  readonly sentAt: Date;
  readonly elapsedMs: number;
}

const CALLS: Readonly<Record<string, ApiCall>> = {
  '/orders/place': 'place',
  '/orders/status': 'status',
  '/orders/cancel': 'cancel',
  '/orders/refund': 'refund',
  '/orders/abandon': 'abandon',
  '/payment/pay': 'pay',
  '/inventory/stocks': 'stocks',
  '/inventry/stocks': 'stocks',
};

/**
 * The record of one request and what came of it.
 *
 * @throws {Error} the API has no such call
 */
export function exchangeOf(request: RequestFacts, outcome: Exchange['outcome']): Exchange {
  const { url, body, idempotencyKey, scenario, sentAt, elapsedMs } = request;
  const call = callOf(url);
  return {
    at: sentAt.toISOString(),
    elapsed_ms: elapsedMs,
    call,
    scenario,
    order_ids: namedOrders(url, body),
    ...(call === 'place' && idempotencyKey !== undefined ? { idempotency_key: idempotencyKey } : {}),
    outcome,
  };
}

type Answered = Extract<Exchange['outcome'], { readonly kind: 'answered' }>;

/**
 * The record of an answer.
 *
 * @param retryAfter the Retry-After header
 */
export function answeredWith(httpStatus: number, retryAfter: string | undefined, text: string): Answered {
  const retry_after = retryAfter === undefined ? {} : { retry_after: retryAfter };
  return { kind: 'answered', http_status: httpStatus, ...retry_after, body: parsedJson(text) };
}

/** The record of silence: the failure's code where it has one, such as ECONNREFUSED, and its message. */
export function unansweredBecause(error: unknown): Exchange['outcome'] {
  const { message, code, cause } = failure.safeParse(error).data ?? {};
  const known = code ?? cause?.code;
  return { kind: 'unanswered', error: known === undefined ? String(error) : `${known}: ${message}` };
}

function callOf({ pathname }: URL): ApiCall {
  // What stands before the last two segments, such as a stage, belongs to the API's address.
  const call = CALLS[`/${pathname.split('/').filter(Boolean).slice(-2).join('/')}`];
  if (call === undefined) {
    throw new Error(`${pathname} is no call of the API`);
  }
  return call;
}

/** fetch hides the code in the cause. */
const failure = z.object({
  message: z.string(),
  code: z.string().optional().catch(undefined),
  cause: z.object({ code: z.string() }).optional().catch(undefined),
});

const bodyOfOneOrder = z.object({ order_id: z.string() });
const bodyOfPayments = z.object({ list: z.array(bodyOfOneOrder) });

function namedOrders(url: URL, body: unknown): string[] {
  const asked = url.searchParams.get('order_id');
  if (asked !== null) {
    return [asked];
  }
  const order = bodyOfOneOrder.safeParse(body).data;
  return (order ? [order] : (bodyOfPayments.safeParse(body).data?.list ?? [])).map(({ order_id }) => order_id);
}

/** The parsed text, or the text where it is no JSON. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
