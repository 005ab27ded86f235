import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { newOrderId } from '../../../functions/orders/order-id.ts';
import { ORDER_STATUSES, type OrderStatus } from '../../../functions/orders/order-status.ts';
import type { Exchange } from '../../answers/exchange.ts';
import { isFinished } from '../../invariants/snapshot.ts';
import type { Choices } from '../choices.ts';
import type { CustomerKind } from './customer-kind.ts';
import { Patience } from './patience.ts';
import type { ApiRequest, RecordingClient } from './recording-client.ts';
import type { Shelf } from './shelf.ts';

/** What a customer needs to know. */
export interface CustomerSetting {
  readonly client: RecordingClient;
  readonly shelf: Shelf;
  readonly choices: Choices;
  /** Unique in all runs; makes the order's id. */
  readonly key: string;
  /** Epoch milliseconds at which the customer gives up. */
  readonly until: number;
  /** How long an order that will be paid for waits, in seconds. */
  readonly window_seconds: number;
}

const orderAnswer = z.object({ data: z.object({ status: z.enum(ORDER_STATUSES) }) });

/** One customer with one order. */
export class Customer {
  readonly kind: CustomerKind;
  /** Known before the API is asked: it follows from the key. */
  readonly order_id: string;
  readonly #setting: CustomerSetting;
  readonly #patience: Patience;
  readonly #basket: readonly { readonly id: string; readonly count: number }[];

  constructor(kind: CustomerKind, setting: CustomerSetting) {
    this.kind = kind;
    this.order_id = newOrderId(setting.key);
    this.#setting = setting;
    this.#patience = new Patience(setting.choices, setting.until);
    this.#basket = this.#chooseBasket();
  }

  /** Does what this kind of customer does, and looks at the order until it has ended. */
  async shop(): Promise<void> {
    switch (this.kind) {
      case 'buys':
      case 'wants what everybody wants':
      case 'unknown item':
        await this.#place({ method: 'tok_visa' });
        break;
      case 'declined':
        await this.#place({ method: 'tok_declined' });
        break;
      case 'no funds':
        await this.#place({ method: 'tok_insufficient_funds' });
        break;
      case 'flaky provider':
        await this.#place({ method: 'tok_flaky' });
        break;
      case 'forgetful provider':
        await this.#place({ method: 'tok_timeout' });
        break;
      case 'pays later':
        if (await this.#placeUnpaid()) {
          await this.#pay(randomUUID());
        }
        break;
      case 'several payments':
        if (await this.#placeUnpaid()) {
          await Promise.all([this.#pay(randomUUID()), this.#pay(randomUUID())]);
        }
        break;
      case 'bad card first':
        if (await this.#placeUnpaid()) {
          await this.#pay('tok_declined');
          await this.#pay(randomUUID());
        }
        break;
      case 'never pays':
        await this.#place({ window_seconds: 3 });
        break;
      case 'cancels':
        await this.#place({ window_seconds: this.#setting.window_seconds });
        await this.#cancel();
        break;
      case 'cancels while paying':
        if (await this.#placeUnpaid()) {
          await Promise.all([this.#pay(randomUUID()), this.#cancel()]);
        }
        break;
      case 'repeats':
        await Promise.all([this.#place({ method: 'tok_visa' }), this.#place({ method: 'tok_visa' })]);
        await this.#place({ method: 'tok_visa' });
        break;
      case 'reuses the key':
        await this.#place({ method: 'tok_visa' });
        await this.#place({ method: 'tok_declined' });
        break;
    }
    await this.#waitFor((status) => isFinished(status) || status === 'NEEDS_ATTENTION');
  }

  #chooseBasket() {
    const { shelf, choices } = this.#setting;
    const line = (id: string) => ({ id, count: choices.between(1, 3) });
    const [plenty, ...others] = choices.shuffled(shelf.plentiful).map(line);
    const basket = choices.happens(50) ? [plenty, ...others] : [plenty];
    const wanted = basket.filter((entry) => entry !== undefined);
    if (this.kind === 'unknown item') {
      return [...wanted, { id: randomUUID(), count: 1 }];
    }
    return this.kind === 'wants what everybody wants' ? [...wanted, { id: shelf.contended, count: 1 }] : wanted;
  }

  #place(payment: object): Promise<Exchange> {
    const body = { list: this.#basket, payment };
    return this.#insist({ call: 'place', path: '/orders/place', body, idempotency_key: this.#setting.key });
  }

  /** Whether the order came to wait for its payment. */
  async #placeUnpaid(): Promise<boolean> {
    await this.#place({ window_seconds: this.#setting.window_seconds });
    return (
      (await this.#waitFor((status) => status === 'AWAITING_PAYMENT' || isFinished(status))) === 'AWAITING_PAYMENT'
    );
  }

  #pay(payment_id: string): Promise<Exchange> {
    const body = { list: [{ id: payment_id, order_id: this.order_id }] };
    return this.#insist({ call: 'pay', path: '/payment/pay', body });
  }

  #cancel(): Promise<Exchange> {
    return this.#insist({ call: 'cancel', path: '/orders/cancel', body: { order_id: this.order_id } });
  }

  async #waitFor(isThere: (status: OrderStatus) => boolean): Promise<OrderStatus | undefined> {
    while (this.#patience.lasts) {
      const { outcome } = await this.#insist({ call: 'status', path: `/orders/status?order_id=${this.order_id}` });
      // Never accepted: there is nothing to wait for.
      if (outcome.kind === 'answered' && outcome.http_status === 404) {
        return undefined;
      }
      const status = outcome.kind === 'answered' ? orderAnswer.safeParse(outcome.body).data?.data.status : undefined;
      if (status !== undefined && isThere(status)) {
        return status;
      }
      await this.#patience.pause(400);
    }
    return undefined;
  }

  #insist(request: Omit<ApiRequest, 'order_id'>): Promise<Exchange> {
    return this.#patience.insist(() => this.#setting.client.send({ ...request, order_id: this.order_id }, this.kind));
  }
}
