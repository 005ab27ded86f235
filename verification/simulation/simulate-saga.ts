import type { StateMachineDefinition } from 'resilient-stepfunctions/core';
import { checkInvariants } from '../invariants/invariants.ts';
import type { Snapshot } from '../invariants/snapshot.ts';
import { describeViolation } from '../invariants/violation.ts';
import type { Scenario } from './scenario.ts';
import { findWrongReason } from './told-reason.ts';
import { World } from './world.ts';

/** How a simulated world ended. */
export interface SimulationResult {
  /** Broken invariants, one sentence each; empty when all is well. */
  readonly violations: readonly string[];
  /** Each order's end, in the order of the plans. */
  readonly statuses: readonly string[];
  /** Executions that had to be redriven after the world was healed. */
  readonly redriven: number;
  /** Each order's states and failures, for a person who reads a failure. */
  readonly paths: readonly { readonly order_id: string; readonly path: readonly string[] }[];
}

/** More of everything than all orders together can want. */
const RESTOCKED = 100;
const OPERATOR_COMES_AFTER_SECONDS = 6 * 3600;

/**
 * Runs a scenario to its end, checks the invariants, lets an operator heal the world and redrive what was parked, and checks
 * again: then every order has to be finished.
 */
export async function simulateSaga(definition: StateMachineDefinition, scenario: Scenario): Promise<SimulationResult> {
  const world = new World(definition, scenario);
  const { clock, services, stepFunctions } = world;
  const check = () => checkInvariants(snapshot(world)).violations.map(describeViolation);

  await world.runToEnd();
  const violations = [...world.breaches(), ...check()];
  const sagas = [...stepFunctions.executions.values()];
  const parked = sagas.filter(({ status }) => status !== 'SUCCEEDED');

  world.heal();
  services.inventory.restock(RESTOCKED);
  for (const saga of parked) {
    clock.after(OPERATOR_COMES_AFTER_SECONDS, () => saga.take({ type: 'RedriveRequested' }));
  }
  await world.runToEnd();
  violations.push(...check().map((violation) => `after the redrive: ${violation}`));
  const stuck = parked.filter(({ status }) => status !== 'SUCCEEDED');
  violations.push(...stuck.map(({ failure }) => `a redriven saga failed again: ${failure}`));
  violations.push(...sagas.flatMap(({ orderId, course }) => findWrongReason(orderId, course) ?? []));
  const orders = services.orders.orders();
  return {
    violations,
    statuses: orders.toSorted((one, other) => (one.order_id < other.order_id ? -1 : 1)).map(({ status }) => status),
    redriven: parked.length,
    paths: sagas.map(({ orderId, course }) => ({ order_id: orderId, path: course.path })),
  };
}

function snapshot({ services, stepFunctions, api, clock }: World): Snapshot {
  return {
    taken_at: clock.date.toISOString(),
    orders: services.orders.orders(),
    items: services.inventory.items(),
    reservations: services.inventory.reservations(),
    payments: services.paymentRows.payments(),
    charges: services.provider.charges(),
    executions: [...stepFunctions.executions].map(([order_id, { status }]) => ({
      order_id,
      status,
      redrivable: status === 'FAILED',
    })),
    answers: api.answers,
  };
}
