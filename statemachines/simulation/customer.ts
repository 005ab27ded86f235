import type { ApiAnswer } from '../../load/invariants/api-answer.ts';
import { ConditionalCheckFailed } from './model-orders.ts';
import { Refusal } from './refusal.ts';
import type { ModelServices } from './saga-functions.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How a customer's request reaches the saga that waits. */
export interface TokenDesk {
  /** False: nobody waits for this token any more (TaskTimedOut). */
  sendTaskSuccess(token: string, output: { readonly [key: string]: string }): boolean;
  sendTaskFailure(token: string, error: string): boolean;
}

const AWAITING = { ':AWAITING': { S: 'AWAITING_PAYMENT' } };
const NAMES = { '#status': 'status' };
/** How long POST /payment/pay watches the order for its end, in seconds. */
const WATCHING_SECONDS = 8;

/** Does what POST /payment/pay and POST /orders/cancel do, with time passing between their steps. */
export class Customer {
  readonly #services: ModelServices;
  readonly #clock: VirtualClock;
  readonly #desk: TokenDesk;
  /** What the API has answered so far. */
  readonly answers: ApiAnswer[] = [];

  constructor(services: ModelServices, clock: VirtualClock, desk: TokenDesk) {
    this.#services = services;
    this.#clock = clock;
    this.#desk = desk;
  }

  /** Claims the order for this payment, authorizes it, wakes the saga, and answers true once the order is paid. */
  pay(orderId: string, paymentId: string, method: string, pauses: readonly [number, number, number]): void {
    const { orders, payment } = this.#services;
    const claimed = this.#changes(orderId, {
      UpdateExpression: 'SET payment_id = :payment',
      ConditionExpression:
        '#status = :AWAITING AND attribute_not_exists(cancel_requested_at) AND (attribute_not_exists(payment_id) OR payment_id = :payment)',
      ExpressionAttributeValues: { ...AWAITING, ':payment': { S: paymentId } },
    });
    if (!claimed) return;
    this.#clock.after(pauses[0], () => {
      const reference = this.#authorize(orderId, paymentId, method, Number(orders.read(orderId, 'amount_minor')));
      if (reference === undefined) return;
      this.#clock.after(pauses[1], () => {
        const token = orders.read(orderId, 'task_token');
        if (token !== undefined) {
          this.#desk.sendTaskSuccess(token, { decision: 'PAID', payment_id: paymentId, provider_reference: reference });
        }
        this.#clock.after(Math.min(pauses[2], WATCHING_SECONDS), () => {
          const status = orders.read(orderId, 'status');
          const paid = payment.payments().some(({ order_id }) => order_id === orderId);
          if (paid && (status === 'PAID' || status === 'CONFIRMED')) {
            this.answers.push({ kind: 'payment-settled', order_id: orderId });
          }
        });
      });
    });
  }

  /** Marks the order as to be cancelled while that can be done, and wakes the saga where it waits. */
  cancel(orderId: string, pause: number): void {
    const accepted = this.#changes(orderId, {
      UpdateExpression: 'SET cancel_requested_at = :at',
      ConditionExpression:
        '#status IN (:PENDING, :RESERVED) OR (#status = :AWAITING AND attribute_not_exists(payment_id))',
      ExpressionAttributeValues: {
        ...AWAITING,
        ':PENDING': { S: 'PENDING' },
        ':RESERVED': { S: 'RESERVED' },
        ':at': { S: new Date(this.#clock.now).toISOString() },
      },
    });
    if (!accepted) return;
    this.answers.push({ kind: 'cancellation-accepted', order_id: orderId });
    this.#clock.after(pause, () => {
      const token = this.#services.orders.read(orderId, 'task_token');
      if (token !== undefined) this.#desk.sendTaskFailure(token, 'OrderCancelledError');
    });
  }

  #authorize(orderId: string, paymentId: string, method: string, amount: number): string | undefined {
    try {
      return this.#services.payment.authorize(orderId, paymentId, method, amount).provider_reference;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#changes(orderId, {
        UpdateExpression: 'REMOVE payment_id',
        ConditionExpression: '#status = :AWAITING AND payment_id = :payment',
        ExpressionAttributeValues: { ...AWAITING, ':payment': { S: paymentId } },
      });
      return undefined;
    }
  }

  #changes(orderId: string, request: Omit<Parameters<ModelServices['orders']['update']>[0], 'Key'>): boolean {
    try {
      const names = { ExpressionAttributeNames: NAMES };
      this.#services.orders.update({ Key: { order_id: { S: orderId } }, ...names, ...request });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailed) return false;
      throw error;
    }
  }
}
