import type { StateMachineDefinition } from 'resilient-stepfunctions/core';
import { Random } from 'resilient-stepfunctions/random';
import { Customer } from './customer.ts';
import { findMomentaryBreaches } from './every-moment.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { type ModelServices, modelServices } from './model-services.ts';
import { reachDirectly, reachOver } from './reach.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedApi } from './simulated-api.ts';
import type { SimulatedExecution } from './simulated-execution.ts';
import { simulatedOrderTable } from './simulated-order-table.ts';
import { SimulatedStepFunctions } from './simulated-step-functions.ts';
import { taskWork } from './task-work.ts';
import { allContinuationsDone, VirtualClock } from './virtual-clock.ts';

/** More appointments than any sound run has. */
const BUSY = 50_000;
const HOUR = 3600;
/** A request starts its saga within seconds; only after that an order counts as stranded. */
const STRANDED_AFTER_SECONDS = 30;
/** When the schedule looks for stranded orders; once it has found some, it looks each minute until there are none. */
const SCHEDULE_SECONDS = [60, 300, 1200, HOUR, 8 * HOUR];
const MOST_LOOKS = 60;

/** Customers, the API, the saga and the services of one scenario, and the clock by which all of them go. */
export class World {
  readonly clock = new VirtualClock();
  readonly services: ModelServices;
  readonly stepFunctions: SimulatedStepFunctions;
  readonly api: SimulatedApi;
  readonly #networks: readonly FaultyNetwork[];
  readonly #customers: readonly Customer[];
  readonly #momentary = new Set<string>();
  readonly #impatience: number[];

  constructor(definition: StateMachineDefinition, scenario: Scenario) {
    const { clock } = this;
    const random = new Random(scenario.seed);
    const network = new FaultyNetwork(clock, scenario.faults);
    const apiNetwork = new FaultyNetwork(clock, scenario.apiFaults);
    this.#networks = [network, apiNetwork];
    this.#impatience = [...scenario.redrives];
    this.services = modelServices(clock, new Set(scenario.weaknesses));
    const { orders, inventory, payment } = this.services;
    const orderTable = simulatedOrderTable(orders, reachDirectly);
    const work = taskWork(orders, { inventory, payment, orderTable, now: () => clock.now });
    const onFailed = (saga: SimulatedExecution) => this.#redriveImpatiently(saga);
    this.stepFunctions = new SimulatedStepFunctions({ definition, clock, network, random, work, onFailed });
    this.api = new SimulatedApi(this.services, this.stepFunctions, clock, reachOver(apiNetwork, clock));
    this.#customers = scenario.orders.map((plan, index) => new Customer(`order-${index}`, plan, this.api, clock));
    for (const customer of this.#customers) {
      clock.after(random.fraction(), () => customer.place());
    }
    for (const action of scenario.actions) {
      const customer = this.#customers[action.order % this.#customers.length];
      if (customer !== undefined) {
        clock.after(action.atSeconds + random.fraction(), () => customer.act(action));
      }
    }
    for (const seconds of SCHEDULE_SECONDS) {
      clock.after(seconds, () => this.#startStranded());
    }
    if (scenario.sweeps) {
      for (let hour = 0.25; hour < 8; hour += 0.25) {
        clock.after(hour * HOUR, () => this.#sweep());
      }
    }
  }

  /** Runs until nothing more happens by itself, and watches every moment. */
  async runToEnd(): Promise<void> {
    await this.clock.runToEnd(BUSY, () => {
      for (const breach of findMomentaryBreaches(this.services, this.stepFunctions)) {
        this.#momentary.add(breach);
      }
    });
  }

  /** What was wrong at some moment, or broke. */
  breaches(): readonly string[] {
    return [...[...this.#momentary].slice(0, 3), ...this.#customers.flatMap(({ breakdowns }) => breakdowns)];
  }

  /** From here on nothing fails any more. */
  heal(): void {
    for (const network of this.#networks) {
      network.heal();
    }
  }

  #sweep(): void {
    this.services.inventory.sweep(this.clock.now);
    this.services.provider.lapse(this.clock.now);
  }

  async #startStranded(looks = MOST_LOOKS): Promise<void> {
    // Spares the clock and the network a thousand questions whose answer is nothing.
    if (this.services.orders.startPending('9999').length === 0) {
      return;
    }
    if (looks > 1) {
      this.clock.after(60, () => this.#startStranded(looks - 1));
    }
    // What it could not do is for its next run.
    this.api.startStranded(STRANDED_AFTER_SECONDS).catch(() => {});
    await allContinuationsDone();
  }

  #redriveImpatiently(saga: SimulatedExecution): void {
    const seconds = this.#impatience.shift();
    if (seconds !== undefined) {
      this.clock.after(seconds, () => saga.take({ type: 'RedriveRequested' }));
    }
  }
}
