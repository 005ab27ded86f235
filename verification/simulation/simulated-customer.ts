import { RetryableError, TerminalError } from '../../functions/common/errors.ts';
import { type CustomerAction, type OrderPlan, PAYMENT_WINDOW_SECONDS } from './scenario.ts';
import type { SimulatedApi } from './simulated-api.ts';
import { isAnswer } from './simulated-call.ts';
import { ClientError } from './transport.ts';
import { settleContinuations, type VirtualClock } from './virtual-clock.ts';

/** API Gateway ends a request after 29 seconds. */
const API_TIMEOUT_SECONDS = 29;
/** How often a customer sends a request that gets a retryable error or no answer. */
const MAX_TRIES = 3;
const RETRY_AFTER_SECONDS = 4;
/** When a customer asks for the order's status, in seconds since the start. */
const STATUS_CHECKS_SECONDS = [1, 150, 1200];

/** Places one order, acts on it, and repeats requests that get no answer. */
export class SimulatedCustomer {
  readonly #api: SimulatedApi;
  readonly #clock: VirtualClock;
  readonly #orderId: string;
  readonly #plan: OrderPlan;
  #knowsOrder = false;
  /** Unexpected errors of the API. */
  readonly apiFailures: string[] = [];

  constructor(orderId: string, plan: OrderPlan, api: SimulatedApi, clock: VirtualClock) {
    this.#orderId = orderId;
    this.#plan = plan;
    this.#api = api;
    this.#clock = clock;
    for (const atSeconds of STATUS_CHECKS_SECONDS) {
      clock.after(atSeconds, () => this.act({ kind: 'check status', order: 0, atSeconds }));
    }
  }

  place(): Promise<void> {
    const { lines, method } = this.#plan;
    const request = {
      orderId: this.#orderId,
      lines,
      paymentMethod: method ?? undefined,
      paymentWindowSeconds: PAYMENT_WINDOW_SECONDS,
      requestedWindowSeconds: undefined,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      owner: undefined,
    };
    return this.#request(async () => {
      await this.#api.place(request);
      this.#knowsOrder = true;
    }, MAX_TRIES);
  }

  async act({ kind, atSeconds }: CustomerAction): Promise<void> {
    // A customer learns the order's id from the API's answer.
    if (!this.#knowsOrder && kind !== 'place again') {
      return;
    }
    switch (kind) {
      case 'pay':
        return this.#request(() => this.#api.pay(this.#orderId, `payment-${atSeconds}`), MAX_TRIES);
      case 'pay declined':
        return this.#request(() => this.#api.pay(this.#orderId, 'tok_declined'), MAX_TRIES);
      case 'pay with confirmation':
        return this.#request(() => this.#api.pay(this.#orderId, 'tok_3ds'), MAX_TRIES);
      case 'approve':
      case 'refuse':
        return this.#decide(kind === 'approve');
      case 'cancel':
        return this.#request(() => this.#api.cancel(this.#orderId), MAX_TRIES);
      case 'place again':
        return this.place();
      case 'refund':
      case 'refund with return':
        return this.#request(
          () => this.#api.refund(this.#orderId, `${this.#orderId}-refund-${atSeconds}`, kind === 'refund with return'),
          MAX_TRIES,
        );
      case 'check status':
        return this.#request(() => this.#api.status(this.#orderId), 1);
    }
  }

  /** Decides at the provider's page. The provider reports the decision, and repeats an event that is not taken. */
  async #decide(approve: boolean): Promise<void> {
    for (const paymentId of this.#api.decide(this.#orderId, approve)) {
      await this.#request(() => this.#api.takeEvent(this.#orderId, paymentId, approve), MAX_TRIES);
    }
  }

  /** Resolves when nothing more happens at this virtual time; answers and retries follow by themselves. */
  async #request(send: () => Promise<void>, tries: number): Promise<void> {
    let finished = false;
    const retry = () => {
      finished = true;
      if (tries > 1) {
        this.#clock.after(RETRY_AFTER_SECONDS, () => this.#request(send, tries - 1));
      }
    };
    this.#clock.after(API_TIMEOUT_SECONDS, () => {
      if (!finished) {
        retry();
      }
    });
    send().then(
      () => {
        finished = true;
      },
      (error: unknown) => {
        if (finished) {
          return;
        }
        finished = true;
        if (error instanceof RetryableError || error instanceof ClientError) {
          retry();
        } else if (!(error instanceof TerminalError || isAnswer(error))) {
          this.apiFailures.push(`the API failed unexpectedly: ${error}`);
        }
      },
    );
    await settleContinuations();
  }
}
