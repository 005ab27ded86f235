import { createOrderSaga, type OrderSaga } from '../../functions/clients/order-saga.ts';
import { createTaskTokens, type TaskTokens } from '../../functions/clients/task-tokens.ts';
import { OrderNotFoundError } from '../../functions/common/errors.ts';
import type { Log } from '../../functions/common/logger.ts';
import { requestCancellation } from '../../functions/orders/cancellation.ts';
import { newOrder, type OrderRequest } from '../../functions/orders/new-order.ts';
import type { Order } from '../../functions/orders/order.ts';
import { acceptOrder } from '../../functions/orders/order-acceptance.ts';
import { createOrderRepository, type OrderRepository } from '../../functions/orders/order-repository.ts';
import { type OrderTable, readOrder } from '../../functions/orders/order-table.ts';
import { settle } from '../../functions/orders/payment-settlement.ts';
import type { ApiPromise } from '../invariants/snapshot.ts';
import type { ModelServices } from './model-services.ts';
import { atOnce } from './operation.ts';
import type { Reach } from './reach.ts';
import { simulatedOrderTable } from './simulated-order-table.ts';
import { simulatedPaymentClient } from './simulated-payment-client.ts';
import { type SimulatedStepFunctions, STATE_MACHINE_ARN } from './simulated-step-functions.ts';
import type { VirtualClock } from './virtual-clock.ts';

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {}, add: () => {}, with: () => SILENT };

/** A start is not repeated within its request: repeating is the customer's and the schedule's part here. */
const NO_PATIENCE = { pausesMs: [], withinMs: Number.POSITIVE_INFINITY };

/** As the endpoint has it. */
const PATIENCE_MS = 8_000;
/** Longer than the functions' own, which would only read the same record more often. */
const PAUSE_SECONDS = 1;

/**
 * The HTTP API and the schedule: the functions' own code, whose requests to the orders table, to Step Functions and to Payment
 * go over the faulty network. Writes down what it answers.
 */
export class SimulatedApi {
  /** What customers were told so far. */
  readonly answers: ApiPromise[] = [];
  readonly #services: ModelServices;
  readonly #clock: VirtualClock;
  readonly #reach: Reach;
  readonly #table: OrderTable;
  readonly #repository: OrderRepository;
  readonly #saga: OrderSaga;
  readonly #tokens: TaskTokens;

  constructor(services: ModelServices, stepFunctions: SimulatedStepFunctions, clock: VirtualClock, reach: Reach) {
    this.#services = services;
    this.#clock = clock;
    this.#reach = reach;
    this.#table = simulatedOrderTable(services.orders, reach);
    this.#repository = createOrderRepository(this.#table);
    this.#saga = createOrderSaga(stepFunctions.client(reach), STATE_MACHINE_ARN);
    this.#tokens = createTaskTokens(stepFunctions.client(reach));
  }

  /** `POST /orders/place`. */
  async place(request: OrderRequest): Promise<void> {
    const order = newOrder(request, this.#clock.date);
    const dependencies = { orders: this.#repository, saga: this.#saga, startPatience: NO_PATIENCE };
    const { order_id, status } = await acceptOrder(order, SILENT, dependencies);
    this.answers.push({ kind: 'order-accepted', order_id, idempotency_key: `key of ${order_id}` });
    this.answers.push({ kind: 'status-shown', order_id, status });
  }

  /** `POST /payment/pay`. */
  async pay(orderId: string, paymentId: string): Promise<void> {
    const order = await this.#present(orderId);
    await settle(
      order,
      { paymentId, traceparent: order.traceparent },
      {
        table: this.#table,
        tokens: this.#tokens,
        payment: simulatedPaymentClient(this.#services.payment, this.#reach),
        patienceMs: PATIENCE_MS,
        clock: { now: () => this.#clock.date, pause: () => this.#clock.pause(PAUSE_SECONDS) },
      },
    );
    this.answers.push({ kind: 'payment-settled', order_id: orderId });
  }

  /** `POST /orders/cancel`. */
  async cancel(orderId: string): Promise<void> {
    const cancellation = await requestCancellation(this.#table, await this.#present(orderId), this.#clock.date);
    if (cancellation.outcome !== 'REQUESTED') {
      return;
    }
    const { status, task_token } = cancellation.order;
    if (status === 'AWAITING_PAYMENT' && task_token !== undefined) {
      await this.#tokens.tellCancelled(task_token);
    }
    this.answers.push({ kind: 'cancellation-accepted', order_id: orderId });
  }

  /** `GET /orders/status`. */
  async look(orderId: string): Promise<void> {
    const { order_id, status } = await this.#present(orderId);
    this.answers.push({ kind: 'status-shown', order_id, status });
  }

  /** What the schedule does each minute: starts the sagas of orders that were accepted and not started. */
  async startStranded(strandedAfterSeconds: number): Promise<void> {
    const before = new Date(this.#clock.now - strandedAfterSeconds * 1000);
    const { orders } = this.#services;
    const stranded = await this.#reach('orders', () => atOnce(() => orders.startPending(before.toISOString())));
    for (const orderId of stranded) {
      const announced = await this.#repository.announceStart(orderId, this.#clock.date);
      if (announced.applied) {
        await this.#saga.start(announced.order);
      }
    }
  }

  async #present(orderId: string): Promise<Order> {
    const order = await readOrder(this.#table, orderId);
    if (order === undefined) {
      throw new OrderNotFoundError();
    }
    return order;
  }
}
