import * as z from 'zod';
import type { ApiCall, Exchange } from '../../answers/exchange.ts';
import { INJECTED_HEADER } from '../proxy/http-fault-proxy.ts';

/** One request and what came of it, with the order it was about and whether a proxy gave the answer. */
export interface RecordedExchange {
  readonly order_id: string;
  readonly exchange: Exchange;
  readonly injected: boolean;
  /** What the request asked for; absent: it only looked. */
  readonly body?: object;
}

/** A request of the HTTP API. */
export interface ApiRequest {
  readonly call: ApiCall;
  readonly order_id: string;
  readonly path: string;
  /** Absent: GET. */
  readonly body?: object;
  readonly idempotency_key?: string;
}

const PATIENCE_MS = 12_000;

/** Sends requests and writes down every answer, and every silence. */
export class RecordingClient {
  readonly recorded: RecordedExchange[] = [];
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** Sends one request once. Never throws: no answer is an outcome, too. */
  async send(request: ApiRequest, customer: string): Promise<Exchange> {
    const at = new Date().toISOString();
    const started = performance.now();
    const { outcome, injected } = await this.#ask(request);
    const { call, order_id, idempotency_key, body } = request;
    const exchange: Exchange = {
      at,
      elapsed_ms: performance.now() - started,
      call,
      scenario: customer,
      order_ids: call === 'place' ? [] : [order_id],
      ...(idempotency_key === undefined ? {} : { idempotency_key }),
      outcome,
    };
    this.recorded.push({ order_id, exchange, injected, ...(body === undefined ? {} : { body }) });
    return exchange;
  }

  async #ask({ path, body, idempotency_key }: ApiRequest) {
    try {
      const response = await fetch(new URL(path, this.#baseUrl), {
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        headers: {
          'content-type': 'application/json',
          ...(idempotency_key !== undefined && { 'idempotency-key': idempotency_key }),
        },
      });
      const text = await response.text();
      const retry_after = response.headers.get('retry-after');
      const outcome: Exchange['outcome'] = {
        kind: 'answered',
        http_status: response.status,
        ...(retry_after === null ? {} : { retry_after }),
        body: parsed(text),
      };
      return { outcome, injected: response.headers.has(INJECTED_HEADER) };
    } catch (error) {
      const outcome: Exchange['outcome'] = { kind: 'unanswered', error: reasonOf(error) };
      return { outcome, injected: false };
    }
  }
}

const causeCode = z.object({ cause: z.object({ code: z.string() }) });

function reasonOf(error: unknown): string {
  const code = causeCode.safeParse(error).data?.cause.code;
  return code ?? (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
