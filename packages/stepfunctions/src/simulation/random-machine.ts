import { parseDefinition, type StateMachineDefinition } from '../language/definition.ts';
import { parseJson } from '../language/exact-number.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { Random } from '../random.ts';
import type { FailureKind, TaskPlan } from './faults.ts';
import { StateMaker } from './random-state.ts';

/** A machine to simulate. Its end depends only on its input and its tasks' plans. */
export interface RandomMachine {
  readonly text: string;
  readonly definition: StateMachineDefinition;
  readonly input: Json;
  readonly plans: { readonly [stateName: string]: TaskPlan };
  readonly failureKind: FailureKind;
  /**
   * Whether a redrive repairs all failures. Such a machine catches nothing, so its output stays the same wherever it is
   * stopped and redriven.
   */
  readonly heals: boolean;
}

/** Makes a machine of random states: all state types, both query languages, three levels deep. */
export function makeMachine(random: Random): RandomMachine {
  const heals = random.chance(0.3);
  const failureKind = random.pick<FailureKind>(['ERROR', 'ERROR', 'SILENCE']);
  const graphs = new GraphMaker(random, new StateMaker(random, failureKind, heals), heals);
  const text = JSON.stringify(graphs.make(2, false, random.between(2, 5)));
  return {
    text,
    definition: parseDefinition(text),
    input: {
      n: random.between(0, 20),
      list: [3, 1, 2].slice(0, random.between(0, 3)),
      exact: parseJson('[9007199254740993,1.0]'),
    },
    plans: graphs.states.plans,
    failureKind,
    heals,
  };
}

/** Connects random states. Only counted loops lead backwards, so every machine ends. */
class GraphMaker {
  readonly #random: Random;
  readonly states: StateMaker;
  readonly #heals: boolean;

  constructor(random: Random, states: StateMaker, heals: boolean) {
    this.#random = random;
    this.states = states;
    this.#heals = heals;
  }

  /** @param inChild whether it runs in a child execution, whose input is not the machine's */
  make(depth: number, inChild: boolean, length = this.#random.between(1, 3)): JsonObject {
    const states: { [name: string]: JsonObject } = {};
    const later: string[] = [];
    for (let left = length; left > 0; left -= 1) {
      const made = later.length > 0 && this.#random.chance(0.1) ? this.states.loop(later) : undefined;
      if (made !== undefined) {
        Object.assign(states, made.states);
        later.unshift(made.first);
        continue;
      }
      const name = this.states.newName();
      states[name] = this.#state(name, later, depth, inChild);
      later.unshift(name);
    }
    return { StartAt: later[0] ?? '', States: states };
  }

  #state(name: string, later: readonly string[], depth: number, inChild: boolean): JsonObject {
    const [next] = later;
    const kind = this.#random.between(0, 99);
    if (next === undefined && kind < 8) {
      return this.states.succeed();
    }
    if (next === undefined && kind < 14 && !this.#heals) {
      return this.states.fail();
    }
    if (next !== undefined && kind < 12) {
      return this.states.choice(later);
    }
    if (depth > 0 && kind < 34) {
      const branches = Array.from({ length: this.#random.between(1, 3) }, () => this.make(depth - 1, inChild));
      return this.states.parallel(branches, later);
    }
    if (depth > 0 && kind < 55) {
      const distributed = this.#random.chance(0.3);
      return this.states.map(this.make(depth - 1, inChild || distributed), distributed, inChild, later);
    }
    if (kind < 65) {
      return this.states.wait(next);
    }
    if (kind < 75) {
      return this.states.pass(next);
    }
    return this.states.task(name, later);
  }
}
