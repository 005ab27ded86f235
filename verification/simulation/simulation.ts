import type { StateMachineDefinition } from 'resilient-stepfunctions/core';
import { Random } from 'resilient-stepfunctions/random';
import { readRefundSaga } from '../../statemachines/read-order-saga.ts';
import { findUnsoundRecord } from '../invariants/order-record.ts';
import type { OrderSnapshot } from '../invariants/snapshot.ts';
import { describeViolation } from '../invariants/violation.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { type ModelServices, modelServices } from './model-services.ts';
import { sagaTasks } from './saga-tasks.ts';
import type { ExecutionLoss, OperatorAction, Scenario } from './scenario.ts';
import { SimulatedApi } from './simulated-api.ts';
import { SimulatedCustomer } from './simulated-customer.ts';
import { parseSimulatedSaga } from './simulated-definition.ts';
import type { SimulatedExecution } from './simulated-execution.ts';
import { simulatedOrderTable } from './simulated-order-table.ts';
import { SimulatedStepFunctions } from './simulated-step-functions.ts';
import { inProcess, networkTransport } from './transport.ts';
import { settleContinuations, VirtualClock } from './virtual-clock.ts';

const REFUND_SAGA = parseSimulatedSaga(readRefundSaga().text);

/** More timers than any correct run needs. */
const MAX_TIMERS = 50_000;
const HOUR_SECONDS = 3600;
/** An order whose saga has not started by then counts as stranded. */
const STRANDED_AFTER_SECONDS = 30;
const RECONCILIATION_SECONDS = 60;
/** By then all orders are placed, and the latest of late requests has arrived. */
const RECONCILED_UNTIL = Date.UTC(2030, 0, 1, 0, 50);
/** When the schedule starts stranded orders. After a find it runs each minute until there are none. */
const SCHEDULE_SECONDS = [60, 300, 1200, HOUR_SECONDS, 8 * HOUR_SECONDS];
const MAX_STRANDED_RUNS = 60;

/**
 * Customers, API, sagas and services of one scenario, on one virtual clock:
 *
 *     customers -> API (the functions' own code) -+-> Step Functions (the engine's core) -> tasks -+-> Inventory, Payment
 *                                                 +-> orders table <-------------------------------+
 *
 * Every arrow but the customers' own is a {@link FaultyNetwork}, which applies the faults of the scenario to the calls.
 */
export class Simulation {
  readonly clock = new VirtualClock();
  readonly services: ModelServices;
  readonly stepFunctions: SimulatedStepFunctions;
  /** The executions of the refund saga. */
  readonly refundStepFunctions: SimulatedStepFunctions;
  readonly api: SimulatedApi;
  readonly #networks: readonly FaultyNetwork[];
  readonly #customers: readonly SimulatedCustomer[];
  readonly #transientViolations = new Set<string>();
  readonly #operators: OperatorAction[];
  /** Orders whose executions were lost, stopped or restored from a backup. */
  readonly disturbed = new Set<string>();
  readonly #maxTimers: number;
  readonly #fences = new Map<string, number>();

  constructor(definition: StateMachineDefinition, scenario: Scenario) {
    const { clock } = this;
    this.#maxTimers = scenario.maxTimers ?? MAX_TIMERS;
    const random = new Random(scenario.seed);
    const network = new FaultyNetwork(clock, scenario.faults);
    const apiNetwork = new FaultyNetwork(clock, scenario.apiFaults);
    this.#networks = [network, apiNetwork];
    this.#operators = [...scenario.operators];
    this.services = modelServices(clock, scenario);
    const { orders, inventory, payment } = this.services;
    const orderTable = simulatedOrderTable(orders, inProcess);
    const work = sagaTasks(orders, { inventory, payment, orderTable, now: () => clock.now });
    const onFailed = (saga: SimulatedExecution) => this.#operate(saga);
    this.stepFunctions = new SimulatedStepFunctions({ definition, clock, network, random, work, onFailed });
    this.refundStepFunctions = new SimulatedStepFunctions({
      definition: scenario.refundSaga ?? REFUND_SAGA,
      clock,
      network,
      random,
      work,
      onFailed: ({ orderId }) => this.#operateRefunds(orderId),
    });
    const transport = networkTransport(apiNetwork, clock);
    this.api = new SimulatedApi(this.services, this.stepFunctions, this.refundStepFunctions, clock, transport);
    this.#customers = scenario.orders.map(
      (plan, index) => new SimulatedCustomer(`order-${index}`, plan, this.api, clock),
    );
    for (const customer of this.#customers) {
      clock.after(random.fraction(), () => customer.place());
    }
    const reconciles = scenario.mutations?.includes('nobody reconciles') !== true;
    for (const action of scenario.actions) {
      // A refund whose start is lost needs the reconciliation.
      if (!reconciles && (action.kind === 'refund' || action.kind === 'refund with return')) {
        continue;
      }
      const customer = this.#customers[action.order % this.#customers.length];
      if (customer !== undefined) {
        clock.after(action.atSeconds + random.fraction(), () => customer.act(action));
      }
    }
    for (const seconds of SCHEDULE_SECONDS) {
      clock.after(seconds, () => this.#startStranded());
    }
    for (const loss of scenario.losses) {
      clock.after(loss.atSeconds, () => this.#loseExecutions(loss));
    }
    if (reconciles) {
      clock.after(RECONCILIATION_SECONDS, () => this.#reconcile());
    }
    if (scenario.sweeps) {
      for (let hour = 0.25; hour < 8; hour += 0.25) {
        clock.after(hour * HOUR_SECONDS, () => this.#sweep());
      }
    }
  }

  /** Runs until no timer is left, and checks the transient invariants after each. */
  async runToEnd(): Promise<void> {
    await this.clock.runToEnd(this.#maxTimers, () => {
      for (const violation of findTransientViolations(this.services, this.stepFunctions, this.disturbed)) {
        this.#transientViolations.add(violation);
      }
      this.#checkFences();
    });
  }

  /** Violations of transient invariants, and unexpected errors of the API. */
  violations(): readonly string[] {
    return [
      ...[...this.#transientViolations].slice(0, 3),
      ...this.#customers.flatMap(({ apiFailures }) => apiFailures),
    ];
  }

  /** Ends all faults: every later call succeeds. */
  heal(): void {
    for (const network of this.#networks) {
      network.heal();
    }
  }

  /** A fence that goes back would let through the late writes that it has to refuse. */
  #checkFences(): void {
    for (const { order_id, parked_at_redrive_count: fence } of this.services.orders.orders()) {
      const former = this.#fences.get(order_id) ?? -1;
      if (fence !== undefined && fence !== former) {
        this.#fences.set(order_id, fence);
      }
      if (fence !== undefined && fence < former) {
        this.#transientViolations.add(`order ${order_id}: parked_at_redrive_count went from ${former} to ${fence}`);
      }
    }
  }

  #sweep(): void {
    this.services.inventory.sweep(this.clock.now);
    this.services.provider.lapse(this.clock.now);
  }

  async #startStranded(remaining = MAX_STRANDED_RUNS): Promise<void> {
    // Saves a call that would find nothing.
    if (this.services.orders.startPending('9999').length === 0) {
      return;
    }
    if (remaining > 1) {
      this.clock.after(60, () => this.#startStranded(remaining - 1));
    }
    // A failed run is repeated by the next one.
    this.api.startStranded(STRANDED_AFTER_SECONDS).catch(() => {});
    await settleContinuations();
  }

  async #reconcile(): Promise<void> {
    const { orders } = this.services;
    if (this.clock.now < RECONCILED_UNTIL || orders.sagaDue('9999').length > 0) {
      this.clock.after(RECONCILIATION_SECONDS, () => this.#reconcile());
    }
    // Saves a call that would find nothing.
    if (orders.sagaDue(this.clock.date.toISOString()).length > 0) {
      // A failed run is repeated by the next one.
      this.api.reconcile().catch(() => {});
      await settleContinuations();
    }
  }

  /** An operator reacts to the parking, whether its cause is mended or not. */
  #operate({ orderId }: SimulatedExecution): void {
    const action = this.#operators.shift();
    if (action !== undefined) {
      this.clock.after(action.afterSeconds, async () => {
        const done = action.kind === 'redrive' ? this.api.redrive(orderId) : this.api.abandon(orderId);
        // What fails, or is refused, is tried again in the end.
        done.catch(() => {});
        await settleContinuations();
      });
    }
  }

  /** An operator reacts to a parked refund: there is no giving up, so it is redriven. */
  #operateRefunds(orderId: string): void {
    const action = this.#operators.shift();
    if (action !== undefined) {
      this.clock.after(action.afterSeconds, async () => {
        this.api.redriveRefunds(orderId).catch(() => {});
        await settleContinuations();
      });
    }
  }

  async #loseExecutions({ kind, order, backupSeconds }: ExecutionLoss): Promise<void> {
    const { stepFunctions, refundStepFunctions, clock } = this;
    if (kind === 'restored') {
      for (const { orderId } of stepFunctions.newest()) {
        this.disturbed.add(orderId);
      }
      await stepFunctions.restore(clock.now - backupSeconds * 1000);
      await refundStepFunctions.restore(clock.now - backupSeconds * 1000);
      return;
    }
    const saga = stepFunctions.newest().find(({ orderId }) => orderId === `order-${order % this.#customers.length}`);
    if (saga === undefined) {
      return;
    }
    this.disturbed.add(saga.orderId);
    const refunds = [...refundStepFunctions.executions.values()].filter(({ orderId }) => orderId === saga.orderId);
    if (kind === 'lost') {
      stepFunctions.lose(saga);
      for (const refund of refunds) {
        refundStepFunctions.lose(refund);
      }
    } else {
      for (const execution of [saga, ...refunds]) {
        await execution.apply({ type: 'StopRequested' });
      }
    }
  }
}

/** A record changes only by a write, which makes another snapshot of it. */
const soundRecords = new WeakSet<OrderSnapshot>();

/** Checks what has to hold at any time, not only in the end. Returns one sentence for each violation. */
export function findTransientViolations(
  { inventory, orders }: ModelServices,
  { executions }: SimulatedStepFunctions,
  disturbed: ReadonlySet<string>,
): readonly string[] {
  const violations: string[] = [];
  if (!inventory.isBalanced()) {
    violations.push(`stock at every moment: ${JSON.stringify(inventory.items())}`);
  }
  for (const order of orders.orders()) {
    if (!soundRecords.has(order)) {
      const findings = findUnsoundRecord({ order }).map(describeViolation);
      violations.push(...findings.map((finding) => `at every moment: ${finding}`));
      if (findings.length === 0) {
        soundRecords.add(order);
      }
    }
  }
  for (const { orderId, waitingToken } of executions.values()) {
    if (waitingToken === undefined || orders.read(orderId, 'status') !== 'AWAITING_PAYMENT') {
      continue;
    }
    // Several runs of an order may wait at once, and the record knows one of them.
    if (disturbed.has(orderId)) {
      continue;
    }
    if (orders.read(orderId, 'task_token') === waitingToken) {
      continue;
    }
    violations.push(
      `a waiting saga can be resumed: order ${orderId}: its record lacks the task token under which the saga waits`,
    );
  }
  return violations;
}
