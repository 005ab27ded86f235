import { createTaskTokens, type TaskTokens } from '../../functions/clients/task-tokens.ts';
import { OrderNotFoundError, RetryableError } from '../../functions/common/errors.ts';
import type { Log } from '../../functions/common/logger.ts';
import { abandonOrder } from '../../functions/orders/abandonment.ts';
import { requestCancellation } from '../../functions/orders/cancellation.ts';
import { hasEnded } from '../../functions/orders/executions.ts';
import { newOrder, type OrderRequest } from '../../functions/orders/new-order.ts';
import type { Order } from '../../functions/orders/order.ts';
import { acceptOrder } from '../../functions/orders/order-acceptance.ts';
import { createOrderSaga, type OrderSaga } from '../../functions/orders/order-saga.ts';
import { type OrderTable, readOrder } from '../../functions/orders/order-table.ts';
import { endedStart, recordRepeatedStart, updateOrder } from '../../functions/orders/order-writes.ts';
import { settle } from '../../functions/orders/payment-settlement.ts';
import { type ProviderEventDependencies, takeProviderEvent } from '../../functions/orders/provider-event.ts';
import { postponeFailure } from '../../functions/orders/reconciliation-writes.ts';
import { type Redrive, redriveOrder } from '../../functions/orders/redrive.ts';
import { acceptRefund } from '../../functions/orders/refunds/refund-acceptance.ts';
import { redriveRefunds } from '../../functions/orders/refunds/refund-redrive.ts';
import { createRefundSaga, type RefundSaga } from '../../functions/orders/refunds/refund-saga.ts';
import { recoverSaga, type SagaRecoveryDependencies } from '../../functions/orders/saga-recovery.ts';
import { ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import type { ApiPromise } from '../invariants/snapshot.ts';
import type { ModelServices } from './model-services.ts';
import { atomically } from './simulated-call.ts';
import { simulatedInventoryClient, simulatedPaymentClient } from './simulated-clients.ts';
import { simulatedOrderTable } from './simulated-order-table.ts';
import { type SimulatedStepFunctions, STATE_MACHINE_ARN } from './simulated-step-functions.ts';
import { ClientError, type Transport } from './transport.ts';
import type { VirtualClock } from './virtual-clock.ts';

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {}, add: () => {}, with: () => SILENT };

/** StartExecution is not retried within a request: in the simulation the customer and the schedule retry. */
const NO_START_RETRIES = { delaysMs: [], withinMs: Number.POSITIVE_INFINITY };

/** As in the HTTP endpoint. */
const SETTLEMENT_TIMEOUT_MS = 8_000;
/** Longer than in the functions: nothing changes between two polls at the same virtual time. */
const POLL_SECONDS = 1;

/**
 * The HTTP API and the schedule. It runs the functions' own code. Their requests go over the faulty network to the
 * orders table, Step Functions and Payment. It records its answers for the invariants.
 */
export class SimulatedApi {
  /** All answers so far. */
  readonly answers: ApiPromise[] = [];
  readonly #services: ModelServices;
  readonly #clock: VirtualClock;
  readonly #transport: Transport;
  readonly #table: OrderTable;
  readonly #saga: OrderSaga;
  readonly #refunds: RefundSaga;
  readonly #tokens: TaskTokens;

  constructor(
    services: ModelServices,
    stepFunctions: SimulatedStepFunctions,
    refundStepFunctions: SimulatedStepFunctions,
    clock: VirtualClock,
    transport: Transport,
  ) {
    this.#services = services;
    this.#clock = clock;
    this.#transport = transport;
    this.#table = simulatedOrderTable(services.orders, transport);
    this.#saga = createOrderSaga(stepFunctions.client(transport), STATE_MACHINE_ARN);
    this.#refunds = createRefundSaga(refundStepFunctions.client(transport), STATE_MACHINE_ARN);
    this.#tokens = createTaskTokens(stepFunctions.client(transport));
  }

  /** `POST /orders/place`. */
  async place(request: OrderRequest): Promise<void> {
    const order = newOrder(request, this.#clock.date);
    const dependencies = { table: this.#table, saga: this.#saga, startRetries: NO_START_RETRIES };
    const { order_id, status } = await acceptOrder(order, SILENT, dependencies);
    this.answers.push({ kind: 'order-accepted', order_id, idempotency_key: `key of ${order_id}` });
    this.answers.push({ kind: 'status-shown', order_id, status });
  }

  /** `POST /payment/pay`. */
  async pay(orderId: string, paymentId: string): Promise<void> {
    const order = await this.#existingOrder(orderId);
    await settle(order, { paymentId, traceparent: order.traceparent }, this.#settlement());
    this.answers.push({ kind: 'payment-settled', order_id: orderId });
  }

  /** The customer decides at the provider's page. Returns the payments that waited for it. */
  decide(orderId: string, approve: boolean): readonly string[] {
    const keys = this.#services.provider.decide(orderId, approve, this.#clock.now);
    return keys.map((key) => key.slice(orderId.length + 1));
  }

  /** `POST /payment/events`. */
  async takeEvent(orderId: string, paymentId: string, approved: boolean): Promise<void> {
    const outcome = approved ? ProviderOutcome.AUTHORIZED : ProviderOutcome.DECLINED;
    await takeProviderEvent({ id: `event:${paymentId}`, orderId, paymentId, outcome }, 'trace', this.#settlement());
  }

  /** `POST /orders/cancel`. */
  async cancel(orderId: string): Promise<void> {
    const cancellation = await requestCancellation(this.#table, await this.#existingOrder(orderId), this.#clock.date);
    if (cancellation.outcome !== 'REQUESTED') {
      return;
    }
    const { status, task_token } = cancellation.order;
    if (status === 'AWAITING_PAYMENT' && task_token !== undefined) {
      await this.#tokens.reportCancelled(task_token);
    }
    this.answers.push({ kind: 'cancellation-accepted', order_id: orderId });
  }

  /** `POST /orders/refund`, of all that is left. */
  async refund(orderId: string, refundId: string, restock: boolean): Promise<void> {
    const all = { amountMinor: undefined, lines: undefined, reason: 'sent back', by: undefined, traceparent: 'trace' };
    const dependencies = { table: this.#table, refunds: this.#refunds };
    await acceptRefund(orderId, { ...all, refundId, restock }, dependencies, SILENT, this.#clock.date);
    this.answers.push({ kind: 'refund-accepted', order_id: orderId, refund_id: refundId });
  }

  /** `GET /orders/status`. */
  async status(orderId: string): Promise<void> {
    const { order_id, status } = await this.#existingOrder(orderId);
    this.answers.push({ kind: 'status-shown', order_id, status });
  }

  /** Starts the sagas of accepted orders that were never started, as the schedule does each minute. */
  async startStranded(strandedAfterSeconds: number): Promise<void> {
    const before = new Date(this.#clock.now - strandedAfterSeconds * 1000);
    const { orders } = this.#services;
    const stranded = await this.#transport('orders', () => atomically(() => orders.startPending(before.toISOString())));
    for (const orderId of stranded) {
      const recorded = await recordRepeatedStart(this.#table, orderId, this.#clock.date);
      if (!recorded.applied) {
        continue;
      }
      const { outcome } = await this.#saga.start(recorded.order);
      const { status } = await this.#saga.find(recorded.order);
      if (outcome === 'ALREADY_STARTED' && hasEnded(status)) {
        await updateOrder(this.#table, endedStart(orderId, this.#clock.date));
      }
    }
  }

  /** Carries on the orders whose saga should have moved them, as the schedule does each minute. */
  async reconcile(): Promise<void> {
    const { orders } = this.#services;
    const until = this.#clock.date.toISOString();
    const due = await this.#transport('orders', () => atomically(() => orders.sagaDue(until)));
    for (const orderId of due) {
      try {
        await this.#reconcileOrder(orderId);
      } catch (error) {
        const isLeft = error instanceof RetryableError || error instanceof ClientError;
        await postponeFailure(this.#table, orderId, isLeft ? 'left' : 'failed', this.#clock.date);
      }
    }
  }

  async #reconcileOrder(orderId: string): Promise<void> {
    const order = await readOrder(this.#table, orderId);
    const now = this.#clock.date;
    if (order?.saga_due_at !== undefined && order.saga_due_at <= now.toISOString()) {
      await recoverSaga(order, this.#recoveryDependencies(), SILENT, now);
    }
  }

  #recoveryDependencies(): SagaRecoveryDependencies {
    const { inventory } = this.#services;
    return {
      table: this.#table,
      saga: this.#saga,
      refunds: this.#refunds,
      tokens: this.#tokens,
      payment: simulatedPaymentClient(this.#services, this.#transport),
      inventory: simulatedInventoryClient(inventory, this.#transport),
    };
  }

  /** `POST /orders/redrive`. */
  redrive(orderId: string): Promise<Redrive> {
    return redriveOrder(orderId, { table: this.#table, saga: this.#saga }, undefined, this.#clock.date);
  }

  /** `POST /orders/redrive` of an order whose refunds are parked. Returns why none was carried on. */
  async redriveRefunds(orderId: string): Promise<string | undefined> {
    const dependencies = { table: this.#table, refunds: this.#refunds };
    const order = await this.#existingOrder(orderId);
    return redriveRefunds(order, dependencies, undefined, SILENT, this.#clock.date);
  }

  /** `POST /orders/abandon`. */
  async abandon(orderId: string): Promise<void> {
    const request = { reason: 'it cannot be completed', by: undefined };
    await abandonOrder(orderId, request, { table: this.#table, saga: this.#saga }, this.#clock.date);
  }

  #settlement(): ProviderEventDependencies {
    return {
      table: this.#table,
      tokens: this.#tokens,
      saga: this.#saga,
      payment: simulatedPaymentClient(this.#services, this.#transport),
      waitMs: SETTLEMENT_TIMEOUT_MS,
      clock: { now: () => this.#clock.date, pause: () => this.#clock.pause(POLL_SECONDS) },
    };
  }

  async #existingOrder(orderId: string): Promise<Order> {
    const order = await readOrder(this.#table, orderId);
    if (order === undefined) {
      throw new OrderNotFoundError();
    }
    return order;
  }
}
