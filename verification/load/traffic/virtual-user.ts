import type { WantedLine } from './basket.ts';

/** What artillery keeps for one virtual user, with what our steps put there. */
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
  /** How often the status was asked for in the present loop. */
  looks?: number;
}

/** The parts of artillery's request settings that the steps touch. `uuid` is artillery's own name of the request. */
export interface RequestSettings {
  readonly uuid: string;
  readonly url: string;
  headers?: Record<string, string>;
  json?: unknown;
}

/** The parts of artillery's response that the steps read. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}
