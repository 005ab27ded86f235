import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { newOrderId } from '../../../functions/orders/new-order.ts';
import { ORDER_STATUSES, type OrderStatus } from '../../../functions/orders/order-status.ts';
import type { Exchange } from '../../answers/exchange.ts';
import type { ApiRequest, OrderApiClient, PageDecision, PaymentChoice } from '../../client/order-api-client.ts';
import { CUSTOMER_KINDS, type CustomerKind } from '../../customer-kinds.ts';
import { isFinished } from '../../invariants/snapshot.ts';
import type { Choices } from '../choices.ts';
import type { CellItems } from './cell-items.ts';

/** What a customer needs for shopping. */
export interface CustomerSetting {
  readonly client: OrderApiClient;
  readonly items: CellItems;
  readonly choices: Choices;
  /** The idempotency key, unique in all runs. The order's id follows from it. */
  readonly key: string;
  /** Epoch milliseconds; when the customer gives up. */
  readonly until: number;
  /** The payment window of an order that will be paid later, in seconds. */
  readonly windowSeconds: number;
}

const MAX_RETRY_PAUSE_MS = 900;
const MAX_POLL_PAUSE_MS = 400;
/** The payment window of an order that nobody pays, in seconds. */
const SHORT_WINDOW_SECONDS = 3;

const orderAnswer = z.object({
  data: z.object({
    status: z.enum(ORDER_STATUSES),
    payment: z.object({ action_url: z.string().optional() }).optional(),
  }),
});

/** One customer with one order. */
export class Customer {
  readonly kind: CustomerKind;
  /** Known before the order is placed, since it follows from the key. */
  readonly order_id: string;
  readonly #setting: CustomerSetting;
  /** Where the customer confirms the payment, as the status showed last. */
  #actionUrl: string | undefined;
  readonly #basket: readonly { readonly id: string; readonly count: number }[];

  constructor(kind: CustomerKind, setting: CustomerSetting) {
    this.kind = kind;
    this.order_id = newOrderId(setting.key);
    this.#setting = setting;
    this.#basket = this.#chooseBasket();
  }

  /** Behaves as the kind of customer does, and polls the order until it has ended or is parked. */
  async shop(): Promise<void> {
    const { method } = CUSTOMER_KINDS[this.kind];
    const payment = method === undefined ? {} : { method };
    switch (this.kind) {
      case 'buys':
      case 'wants what everybody wants':
      case 'unknown item':
      case 'declined':
      case 'no funds':
      case 'flaky provider':
      case 'forgetful provider':
        await this.#place(payment);
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
      case 'confirms the payment':
        await this.#placeAndDecide(payment, 'approve');
        break;
      case 'refuses to confirm':
        await this.#placeAndDecide(payment, 'refuse');
        break;
      case 'never confirms':
        await this.#place({ ...payment, window_seconds: SHORT_WINDOW_SECONDS });
        break;
      case 'never pays':
        await this.#place({ window_seconds: SHORT_WINDOW_SECONDS });
        break;
      case 'cancels':
        await this.#place({ window_seconds: this.#setting.windowSeconds });
        await this.#cancel();
        break;
      case 'cancels while paying':
        if (await this.#placeUnpaid()) {
          await Promise.all([this.#pay(randomUUID()), this.#cancel()]);
        }
        break;
      case 'is refunded':
      case 'cannot be refunded':
        // Two operators give all of it back at once: at most one may.
        if (await this.#placeConfirmed(payment)) {
          await Promise.all([this.#refund('one', { restock: true }), this.#refund('other', {})]);
        }
        break;
      case 'sends pieces back':
        if (await this.#placeConfirmed(payment)) {
          const [first] = this.#basket;
          await this.#refund('piece', { lines: [{ id: first?.id, count: 1 }], restock: true });
          await this.#refund('piece', { lines: [{ id: first?.id, count: 1 }], restock: true });
          await this.#refund('rest', { restock: true });
        }
        break;
      case 'repeats':
        await Promise.all([this.#place(payment), this.#place(payment)]);
        await this.#place(payment);
        break;
      case 'reuses the key':
        await this.#place(payment);
        await this.#place({ method: 'tok_declined' });
        break;
    }
    await this.#waitFor((status) => isFinished(status) || status === 'NEEDS_ATTENTION');
  }

  #chooseBasket() {
    const { items, choices } = this.#setting;
    const line = (id: string) => ({ id, count: choices.between(1, 3) });
    const [first, ...others] = choices.shuffled(items.plentiful).map(line);
    const basket = choices.happens(50) ? [first, ...others] : [first];
    const wanted = basket.filter((entry) => entry !== undefined);
    if (this.kind === 'unknown item') {
      return [...wanted, { id: randomUUID(), count: 1 }];
    }
    return this.kind === 'wants what everybody wants' ? [...wanted, { id: items.contended, count: 1 }] : wanted;
  }

  #place(payment: PaymentChoice): Promise<Exchange> {
    const body = { list: this.#basket, payment };
    return this.#request({ path: '/orders/place', body, idempotencyKey: this.#setting.key });
  }

  /** Whether the order came to wait for its payment. */
  async #placeUnpaid(): Promise<boolean> {
    await this.#place({ window_seconds: this.#setting.windowSeconds });
    const status = await this.#waitFor((reached) => reached === 'AWAITING_PAYMENT' || isFinished(reached));
    return status === 'AWAITING_PAYMENT';
  }

  /** Places an order whose payment the customer has to confirm, and decides at the provider's page. */
  async #placeAndDecide(payment: PaymentChoice, decision: PageDecision): Promise<void> {
    await this.#place({ ...payment, window_seconds: this.#setting.windowSeconds });
    await this.#waitFor((reached) => reached === 'AWAITING_PAYMENT' || isFinished(reached));
    while (this.#actionUrl !== undefined && this.#isPatient()) {
      try {
        await this.#setting.client.decide(this.#actionUrl, decision);
        return;
      } catch {
        // The page does not answer, or the order is over and has none any more: the status tells.
        await this.#pause(MAX_RETRY_PAUSE_MS);
        await this.#waitFor(() => true);
      }
    }
  }

  #pay(payment_id: string): Promise<Exchange> {
    const body = { list: [{ id: payment_id, order_id: this.order_id }] };
    return this.#request({ path: '/payment/pay', body });
  }

  /** Whether the order was confirmed, so that its money can be given back. */
  async #placeConfirmed(payment: PaymentChoice): Promise<boolean> {
    await this.#place(payment);
    const status = await this.#waitFor((reached) => isFinished(reached) || reached === 'NEEDS_ATTENTION');
    return status === 'CONFIRMED';
  }

  /** An operator gives money back. Repeated under the same name it is the same refund. */
  #refund(name: string, wanted: object): Promise<Exchange> {
    const body = { order_id: this.order_id, reason: this.kind, ...wanted };
    return this.#request({ path: '/orders/refund', body, idempotencyKey: `${this.#setting.key}/${name}` });
  }

  #cancel(): Promise<Exchange> {
    return this.#request({ path: '/orders/cancel', body: { order_id: this.order_id } });
  }

  async #waitFor(isReached: (status: OrderStatus) => boolean): Promise<OrderStatus | undefined> {
    while (this.#isPatient()) {
      const { outcome } = await this.#request({ path: `/orders/status?order_id=${this.order_id}` });
      // The order was never accepted, so there is nothing to wait for.
      if (outcome.kind === 'answered' && outcome.http_status === 404) {
        return undefined;
      }
      const order = outcome.kind === 'answered' ? orderAnswer.safeParse(outcome.body).data?.data : undefined;
      this.#actionUrl = order?.payment?.action_url;
      const status = order?.status;
      if (status !== undefined && isReached(status)) {
        return status;
      }
      await this.#pause(MAX_POLL_PAUSE_MS);
    }
    return undefined;
  }

  /** Sends the same request again while it gets no answer or 5xx; returns the last exchange. */
  async #request(request: ApiRequest): Promise<Exchange> {
    for (;;) {
      const sent = { ...request, orderId: this.order_id, scenario: this.kind };
      const { exchange } = await this.#setting.client.send(sent);
      const { outcome } = exchange;
      const isSettled = outcome.kind === 'answered' && outcome.http_status < 500;
      if (isSettled || !this.#isPatient()) {
        return exchange;
      }
      await this.#pause(MAX_RETRY_PAUSE_MS);
    }
  }

  #isPatient(): boolean {
    return Date.now() < this.#setting.until;
  }

  async #pause(mostMs: number): Promise<void> {
    await sleep(this.#setting.choices.between(mostMs / 4, mostMs));
  }
}
