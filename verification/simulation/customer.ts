import { RetryableError, TerminalError } from '../../functions/common/errors.ts';
import { ClientError } from './reach.ts';
import { isAnswer } from './refusal.ts';
import { type CustomerAction, type OrderPlan, PAYMENT_WINDOW_SECONDS } from './scenario.ts';
import type { SimulatedApi } from './simulated-api.ts';
import { allContinuationsDone, type VirtualClock } from './virtual-clock.ts';

/** API Gateway gives up on a request after so many seconds. */
const REQUEST_ENDS_AFTER_SECONDS = 29;
/** What a customer does about "send the same request again". */
const TRIES = 3;
const AGAIN_AFTER_SECONDS = 4;
/** When a customer looks how the order stands, in seconds after the start. */
const LOOKS_SECONDS = [1, 150, 1200];

/** Someone who places one order and asks the API about it, the same request again where an answer does not come. */
export class Customer {
  readonly #api: SimulatedApi;
  readonly #clock: VirtualClock;
  readonly #orderId: string;
  readonly #plan: OrderPlan;
  #knowsOrder = false;
  /** What the API broke with, when it should have answered. */
  readonly breakdowns: string[] = [];

  constructor(orderId: string, plan: OrderPlan, api: SimulatedApi, clock: VirtualClock) {
    this.#orderId = orderId;
    this.#plan = plan;
    this.#api = api;
    this.#clock = clock;
    for (const atSeconds of LOOKS_SECONDS) {
      clock.after(atSeconds, () => this.act({ kind: 'look', order: 0, atSeconds }));
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
    }, TRIES);
  }

  async act({ kind, atSeconds }: CustomerAction): Promise<void> {
    // Nobody knows the id of an order before the API has told it.
    if (!this.#knowsOrder && kind !== 'place again') {
      return;
    }
    switch (kind) {
      case 'pay':
        return this.#request(() => this.#api.pay(this.#orderId, `payment-${atSeconds}`), TRIES);
      case 'pay declined':
        return this.#request(() => this.#api.pay(this.#orderId, 'tok_declined'), TRIES);
      case 'cancel':
        return this.#request(() => this.#api.cancel(this.#orderId), TRIES);
      case 'place again':
        return this.place();
      case 'look':
        return this.#request(() => this.#api.look(this.#orderId), 1);
    }
  }

  /** Goes on in virtual time by itself; resolves when nothing more happens at this moment. */
  async #request(send: () => Promise<void>, tries: number): Promise<void> {
    let over = false;
    const again = () => {
      over = true;
      if (tries > 1) {
        this.#clock.after(AGAIN_AFTER_SECONDS, () => this.#request(send, tries - 1));
      }
    };
    this.#clock.after(REQUEST_ENDS_AFTER_SECONDS, () => {
      if (!over) {
        again();
      }
    });
    send().then(
      () => {
        over = true;
      },
      (error: unknown) => {
        if (over) {
          return;
        }
        over = true;
        if (error instanceof RetryableError || error instanceof ClientError) {
          again();
        } else if (!(error instanceof TerminalError || isAnswer(error))) {
          this.breakdowns.push(`the API broke: ${error}`);
        }
      },
    );
    await allContinuationsDone();
  }
}
