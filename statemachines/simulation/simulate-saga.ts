import type { StateMachineDefinition } from '../../embedded/stepfunctions/language/definition.ts';
import { Random } from '../../embedded/stepfunctions/simulation/random.ts';
import { checkInvariants, type InvariantReport } from '../../load/invariants/invariants.ts';
import type { Snapshot } from '../../load/invariants/snapshot.ts';
import { describeViolation } from '../../load/invariants/violation.ts';
import { Customer } from './customer.ts';
import { ModelInventory } from './model-inventory.ts';
import { ModelOrders } from './model-orders.ts';
import { ModelPayment } from './model-payment.ts';
import { ITEM, PAYMENT_WINDOW_SECONDS, type Scenario, STOCK } from './scenario.ts';
import { FaultyNetwork } from './simulated-call.ts';
import { SimulatedExecution } from './simulated-execution.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How a simulated world ended. */
export interface SimulationResult {
  /** Broken invariants, one sentence each; empty when all is well. */
  readonly violations: readonly string[];
  /** Each order's end. */
  readonly statuses: readonly string[];
  /** Orders that had to be redriven. */
  readonly redriven: number;
  /** Each order's states and failures, for a person who reads a failure. */
  readonly paths: readonly (readonly string[])[];
}

/** More appointments than any sound run has. */
const BUSY = 20_000;
const OPERATOR_COMES_AFTER_SECONDS = 6 * 3600;

/**
 * Runs a scenario to its end, checks the invariants, lets an operator heal the world and redrive what was parked, and checks
 * again: then every order has to be finished.
 */
export async function simulateSaga(definition: StateMachineDefinition, scenario: Scenario): Promise<SimulationResult> {
  const clock = new VirtualClock();
  const random = new Random(scenario.seed);
  const network = new FaultyNetwork(clock, scenario.faults);
  const weaknesses = new Set(scenario.weaknesses ?? []);
  const services = {
    inventory: new ModelInventory({ [ITEM]: STOCK }, weaknesses),
    payment: new ModelPayment(weaknesses),
    orders: new ModelOrders(),
  };
  const executions = new Map<string, SimulatedExecution>();
  const everySaga = (answer: (saga: SimulatedExecution) => boolean) => [...executions.values()].some(answer);
  const customer = new Customer(services, clock, {
    sendTaskSuccess: (token, output) =>
      everySaga((saga) => saga.answerToken(token, (taskId) => ({ type: 'TaskSucceeded', taskId, output }))),
    sendTaskFailure: (token, error) =>
      everySaga((saga) => saga.answerToken(token, (taskId) => ({ type: 'TaskFailed', taskId, error, cause: '' }))),
  });

  for (const [index, { count, method }] of scenario.orders.entries()) {
    const order_id = `order-${index}`;
    const lines = [{ item_id: ITEM, count }];
    const created = new Date(clock.now).toISOString();
    services.orders.put(order_id, {
      status: { S: 'PENDING' },
      timeline: { L: [] },
      created_at: { S: created },
      start_pending: { S: 'Y' },
    });
    customer.answers.push({ kind: 'order-accepted', order_id });
    const input = {
      order_id,
      lines,
      payment: { method },
      payment_window_seconds: PAYMENT_WINDOW_SECONDS,
      traceparent: '',
    };
    const saga = new SimulatedExecution(order_id, input, { definition, clock, network, random, services });
    executions.set(order_id, saga);
    clock.after(random.fraction(), () => saga.take({ type: 'ExecutionStarted' }));
  }
  for (const action of scenario.actions) {
    const orderId = `order-${action.order % scenario.orders.length}`;
    const pause = () => random.fraction() ** 3 * 20;
    const act =
      action.kind === 'cancel'
        ? () => customer.cancel(orderId, pause())
        : () =>
            customer.pay(orderId, `payment-${action.atSeconds}`, action.kind === 'pay' ? 'tok_visa' : 'tok_declined', [
              pause(),
              pause(),
              pause(),
            ]);
    clock.after(action.atSeconds, act);
  }
  if (scenario.sweeps) {
    for (let hour = 0.25; hour < 8; hour += 0.25) clock.after(hour * 3600, () => services.inventory.sweep(clock.now));
  }

  const check = (): InvariantReport => checkInvariants(snapshot(services, customer, executions, clock));
  await clock.runToEnd(BUSY);
  const violations = check().violations.map(describeViolation);
  const parked = [...executions.values()].filter(({ status }) => status !== 'SUCCEEDED');

  network.heal();
  for (const saga of parked) clock.after(OPERATOR_COMES_AFTER_SECONDS, () => saga.take({ type: 'RedriveRequested' }));
  await clock.runToEnd(BUSY);
  violations.push(...check().violations.map((violation) => `after the redrive: ${describeViolation(violation)}`));
  violations.push(
    ...parked
      .filter(({ status }) => status !== 'SUCCEEDED')
      .map(({ failure }) => `a redriven saga failed again: ${failure}`),
  );
  return {
    violations,
    statuses: services.orders.orders().map(({ status }) => status),
    redriven: parked.length,
    paths: [...executions.values()].map(({ path }) => path),
  };
}

function snapshot(
  {
    inventory,
    payment,
    orders,
  }: { readonly inventory: ModelInventory; readonly payment: ModelPayment; readonly orders: ModelOrders },
  { answers }: Customer,
  executions: ReadonlyMap<string, SimulatedExecution>,
  clock: VirtualClock,
): Snapshot {
  return {
    taken_at: new Date(clock.now).toISOString(),
    orders: orders.orders(),
    items: inventory.items(),
    reservations: inventory.reservations(),
    payments: payment.payments(),
    charges: payment.charges(),
    executions: [...executions].map(([order_id, { status }]) => ({
      order_id,
      status,
      redrivable: status === 'FAILED',
    })),
    answers,
  };
}
