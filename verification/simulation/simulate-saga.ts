import type { StateMachineDefinition } from 'resilient-stepfunctions/core';
import { checkInvariants } from '../invariants/invariants.ts';
import type { Snapshot } from '../invariants/snapshot.ts';
import { describeViolation } from '../invariants/violation.ts';
import { findNeedlessRefusals, findWrongReason } from './saga-trace.ts';
import type { Scenario } from './scenario.ts';
import { Simulation } from './simulation.ts';
import { settleContinuations } from './virtual-clock.ts';

/** Result of a simulation. */
export interface SimulationResult {
  /** Violated invariants, one sentence each. */
  readonly violations: readonly string[];
  /** Final status of each order, in the order of the plans. */
  readonly statuses: readonly string[];
  /** Number of executions that the operator redrove after all faults had ended. */
  readonly redriven: number;
  /** How many timers the run took. */
  readonly timers: number;
  /** Names of the states that a saga left because of an error. */
  readonly failedStates: ReadonlySet<string>;
  /** States and errors of each order's saga, to explain a violation. */
  readonly paths: readonly { readonly order_id: string; readonly path: readonly string[] }[];
}

/** More of each item than all orders together can buy. */
const RESTOCK_COUNT = 100;
const OPERATOR_ARRIVES_AFTER_SECONDS = 6 * 3600;

/**
 * Runs a scenario to its end and checks the invariants. Then all faults end, and an operator redrives the parked sagas.
 * The invariants are checked again, and every order has to be finished.
 */
export async function simulateSaga(definition: StateMachineDefinition, scenario: Scenario): Promise<SimulationResult> {
  const world = new Simulation(definition, scenario);
  const { clock, services, stepFunctions } = world;
  const check = () => checkInvariants(snapshot(world)).violations.map(describeViolation);

  await world.runToEnd();
  const violations = [...world.violations(), ...check()];
  const redriven = parkedOrders(world).length;

  world.heal();
  services.inventory.restock(RESTOCK_COUNT);
  clock.after(OPERATOR_ARRIVES_AFTER_SECONDS, () => undefined);
  await world.runToEnd();
  if (scenario.mutations?.includes('nobody reconciles') === true) {
    redriveFailed(world);
  }
  violations.push(...(await mendParked(world)));
  violations.push(...check().map((violation) => `after the redrive: ${violation}`));
  // Two runs of an order refuse each other's writes, and then one of them leaves for a reason that is not the order's.
  const hasRuns = (orderId: string) => services.orders.read(orderId, 'saga_run') !== undefined;
  const undisturbed = [...stepFunctions.executions.values()].filter(
    ({ orderId }) => !world.disturbed.has(orderId) && !hasRuns(orderId),
  );
  const isCancelled = (orderId: string) => services.orders.read(orderId, 'cancel_requested_at') !== undefined;
  violations.push(
    ...undisturbed.flatMap(({ orderId, trace }) => findWrongReason(orderId, trace, isCancelled(orderId)) ?? []),
  );
  const orders = services.orders.orders();
  const refunded = new Set(orders.flatMap(({ order_id, refunds }) => (refunds === undefined ? [] : [order_id])));
  violations.push(
    ...undisturbed.flatMap(({ orderId, trace }) => findNeedlessRefusals(orderId, trace, refunded.has(orderId))),
  );
  const sagas = [...stepFunctions.executions.values(), ...world.refundStepFunctions.executions.values()];
  return {
    violations,
    statuses: orders.toSorted((one, other) => (one.order_id < other.order_id ? -1 : 1)).map(({ status }) => status),
    redriven,
    timers: clock.fired,
    failedStates: new Set(sagas.flatMap(({ trace }) => trace.failedStates.map(({ state }) => state))),
    paths: sagas.map(({ name, trace }) => ({ order_id: name, path: trace.path })),
  };
}

function parkedOrders({ services }: Simulation): readonly string[] {
  return services.orders.orders().flatMap(({ order_id, status }) => (status === 'NEEDS_ATTENTION' ? [order_id] : []));
}

function ordersWithParkedRefunds({ services }: Simulation): readonly string[] {
  return services.orders.orders().flatMap(({ order_id, refunds = {} }) => {
    const isParked = Object.values(refunds).some(({ status }) => status === 'NEEDS_ATTENTION');
    return isParked ? [order_id] : [];
  });
}

/** What the reconciliation would carry on: executions that ended without a word. */
function redriveFailed({ stepFunctions, services }: Simulation): void {
  for (const saga of stepFunctions.newest()) {
    if (saga.status === 'FAILED' && services.orders.read(saga.orderId, 'status') !== 'NEEDS_ATTENTION') {
      void saga.apply({ type: 'RedriveRequested' });
    }
  }
}

/** An operator redrives what is parked, and gives up what no redrive can help. Returns what is still parked then. */
async function mendParked(world: Simulation): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const orderId of parkedOrders(world)) {
    world.clock.after(0, async () => {
      world.api
        .redrive(orderId)
        .then((redrive) => (redrive.outcome === 'REFUSED' ? world.api.abandon(orderId) : undefined))
        .catch((error: unknown) =>
          findings.push(`operator: order ${orderId} can be neither redriven nor given up: ${error}`),
        );
      await settleContinuations();
    });
  }
  for (const orderId of ordersWithParkedRefunds(world)) {
    world.clock.after(0, async () => {
      world.api
        .redriveRefunds(orderId)
        .then(
          (why) => why !== undefined && findings.push(`operator: order ${orderId}: its refund stays parked: ${why}`),
        )
        .catch((error: unknown) =>
          findings.push(`operator: a refund of order ${orderId} cannot be redriven: ${error}`),
        );
      await settleContinuations();
    });
  }
  await world.runToEnd();
  return [
    ...findings,
    ...ordersWithParkedRefunds(world).map((orderId) => `operator: a refund of order ${orderId} is still parked`),
    ...parkedOrders(world).map((orderId) => `operator: order ${orderId} was redriven and is still parked`),
  ];
}

function snapshot({ services, stepFunctions, api, clock, disturbed }: Simulation): Snapshot {
  return {
    taken_at: clock.date.toISOString(),
    orders: services.orders.orders(),
    items: services.inventory.items(),
    reservations: services.inventory.reservations(),
    payments: services.paymentRecords.payments(),
    charges: services.provider.charges(),
    // Of an order whose execution was lost or stopped, only what it left behind counts.
    executions: stepFunctions
      .newest()
      .filter(({ orderId, status }) => status === 'RUNNING' || !disturbed.has(orderId))
      .map(({ orderId, status }) => ({ order_id: orderId, status, redrivable: status === 'FAILED' })),
    answers: api.answers,
  };
}
