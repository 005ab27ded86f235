import { parseDefinition, type StateMachineDefinition } from 'resilient-stepfunctions/core';
import { checkInvariants } from '../invariants/invariants.ts';
import type { Snapshot } from '../invariants/snapshot.ts';
import { describeViolation } from '../invariants/violation.ts';
import { findNeedlessRefusals, findWrongReason } from './saga-trace.ts';
import type { Scenario } from './scenario.ts';
import { Simulation } from './simulation.ts';

/** Result of a simulation. */
export interface SimulationResult {
  /** Violated invariants, one sentence each. */
  readonly violations: readonly string[];
  /** Final status of each order, in the order of the plans. */
  readonly statuses: readonly string[];
  /** Number of executions that the operator redrove after all faults had ended. */
  readonly redriven: number;
  /** States and errors of each order's saga, to explain a violation. */
  readonly paths: readonly { readonly order_id: string; readonly path: readonly string[] }[];
}

/** More of each item than all orders together can buy. */
const RESTOCK_COUNT = 100;
const OPERATOR_ARRIVES_AFTER_SECONDS = 6 * 3600;

/**
 * Runs a scenario to its end and checks the invariants. Then all faults end, an operator redrives the parked sagas, and the
 * invariants are checked again: now every order has to be finished.
 */
export async function simulateSaga(definition: StateMachineDefinition, scenario: Scenario): Promise<SimulationResult> {
  const world = new Simulation(definition, scenario);
  const { clock, services, stepFunctions } = world;
  const check = () => checkInvariants(snapshot(world)).violations.map(describeViolation);

  await world.runToEnd();
  const violations = [...world.violations(), ...check()];
  const sagas = [...stepFunctions.executions.values()];
  const parked = sagas.filter(({ status }) => status !== 'SUCCEEDED');

  world.heal();
  services.inventory.restock(RESTOCK_COUNT);
  for (const saga of parked) {
    clock.after(OPERATOR_ARRIVES_AFTER_SECONDS, () => saga.apply({ type: 'RedriveRequested' }));
  }
  await world.runToEnd();
  violations.push(...check().map((violation) => `after the redrive: ${violation}`));
  const stuck = parked.filter(({ status }) => status !== 'SUCCEEDED');
  violations.push(...stuck.map(({ failure }) => `a redriven saga failed again: ${failure}`));
  const isCancelled = (orderId: string) => services.orders.read(orderId, 'cancel_requested_at') !== undefined;
  violations.push(
    ...sagas.flatMap(({ orderId, trace }) => findWrongReason(orderId, trace, isCancelled(orderId)) ?? []),
  );
  violations.push(...sagas.flatMap(({ orderId, trace }) => findNeedlessRefusals(orderId, trace)));
  const orders = services.orders.orders();
  return {
    violations,
    statuses: orders.toSorted((one, other) => (one.order_id < other.order_id ? -1 : 1)).map(({ status }) => status),
    redriven: parked.length,
    paths: sagas.map(({ orderId, trace }) => ({ order_id: orderId, path: trace.path })),
  };
}

function snapshot({ services, stepFunctions, api, clock }: Simulation): Snapshot {
  return {
    taken_at: clock.date.toISOString(),
    orders: services.orders.orders(),
    items: services.inventory.items(),
    reservations: services.inventory.reservations(),
    payments: services.paymentRecords.payments(),
    charges: services.provider.charges(),
    executions: [...stepFunctions.executions].map(([order_id, { status }]) => ({
      order_id,
      status,
      redrivable: status === 'FAILED',
    })),
    answers: api.answers,
  };
}

/**
 * Prepares the order saga for the simulation, which knows functions by name: `${NameFunctionArn}` becomes `Name`.
 *
 * @param text the order saga as JSON, or a version that a test has broken
 */
export function parseSimulatedSaga(text: string): StateMachineDefinition {
  return parseDefinition(text.replaceAll(/\$\{(\w+?)(?:FunctionArn)?\}/g, '$1'));
}
