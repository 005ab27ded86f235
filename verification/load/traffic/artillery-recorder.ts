import { appendExchange, type Exchange } from '../../answers/exchange.ts';
import { answeredWith, exchangeOf, unansweredBecause } from '../../client/record-exchange.ts';
import type { WantedLine } from './traffic-plan.ts';

/** Artillery's state of one virtual user, with the variables of our steps. */
export interface VirtualUser {
  readonly vars: VirtualUserVariables;
  readonly scenario?: { readonly name?: string };
}

/** Read by the scenario files as `{{ order_id }}` and the like. */
export interface VirtualUserVariables {
  basket?: readonly WantedLine[];
  idempotency_key?: string;
  order_id?: string;
  order_status?: string;
  /** Where the customer confirms the payment, and the secret in it. */
  action_url?: string;
  reference?: string;
  /** How long the customer waits before it asks for the status again, such as `250ms`. */
  until_next_look?: string;
  /** How often the present loop has asked for the status. */
  looks?: number;
}

/** The fields of artillery's request settings that the steps use; `uuid` is artillery's id of the request. */
export interface RequestSettings {
  readonly uuid: string;
  readonly url: string;
  headers?: Record<string, string>;
  json?: unknown;
}

/** The fields of artillery's response that the steps read. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

interface SentRequest {
  readonly sentAt: Date;
  readonly startedMs: number;
}

/** Records each of artillery's requests with its answer, or that there was none. */
export class ArtilleryRecorder {
  readonly #file: string;
  readonly #sent = new Map<string, SentRequest>();

  /** @param file the exchange log */
  constructor(file: string) {
    this.#file = file;
  }

  /** To be called right before a request is sent. */
  sent({ uuid, url }: RequestSettings): void {
    // The page of the payment provider is no call of the API.
    if (url.includes('/payment/action')) {
      return;
    }
    this.#sent.set(uuid, { sentAt: new Date(), startedMs: performance.now() });
  }

  /** Returns the answer's parsed body, or its text where it is no JSON. */
  answered(request: RequestSettings, { statusCode, headers, body }: HttpResponse, user: VirtualUser): unknown {
    const outcome = answeredWith(statusCode, headers['retry-after']?.toString(), body);
    this.#record(request, user, outcome);
    return outcome.body;
  }

  /** Artillery reports one failure more than once; only the first counts. */
  unanswered(request: RequestSettings, error: Error, user: VirtualUser): void {
    this.#record(request, user, unansweredBecause(error));
  }

  #record({ uuid, url, headers, json }: RequestSettings, user: VirtualUser, outcome: Exchange['outcome']): void {
    const sent = this.#sent.get(uuid);
    if (sent === undefined) {
      return;
    }
    this.#sent.delete(uuid);
    const facts = {
      url: new URL(url),
      body: json,
      idempotencyKey: headers?.['idempotency-key'],
      scenario: user.scenario?.name ?? 'unnamed',
      sentAt: sent.sentAt,
      elapsedMs: performance.now() - sent.startedMs,
    };
    appendExchange(this.#file, exchangeOf(facts, outcome));
  }
}
