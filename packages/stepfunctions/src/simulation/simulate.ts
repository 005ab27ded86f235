import { Random } from '../random.ts';
import { ALL_FAULTS, NO_FAULTS } from './faults.ts';
import { checkHistory } from './history-check.ts';
import { makeMachine, type RandomMachine } from './random-machine.ts';
import { ENGINE, type Engine, type RunRecord, VirtualShell } from './virtual-shell.ts';

/** The result of one simulated machine. */
export interface Simulated {
  readonly seed: number;
  /** The properties that were violated. */
  readonly violations: readonly string[];
  readonly machine: RandomMachine;
  readonly steps: number;
  readonly crashes: number;
}

/**
 * Runs the machine of a seed twice, without faults and with all of them. Both runs must end, in the same way and with a
 * well-formed history.
 */
export async function simulate(seed: number, engine: Engine = ENGINE): Promise<Simulated> {
  const machine = makeMachine(new Random(seed));
  const calm = await new VirtualShell(engine, machine, NO_FAULTS, new Random(seed ^ 0x5eed)).run();
  const rough = await new VirtualShell(engine, machine, ALL_FAULTS, new Random(seed ^ 0xfa17)).run();
  const violations = [
    ...check('undisturbed', calm, machine),
    ...check('disturbed', rough, machine),
    ...compare(calm, rough, machine),
  ];
  return { seed, violations, machine, steps: calm.steps + rough.steps, crashes: rough.crashes };
}

function check(which: string, record: RunRecord, { definition, heals }: RandomMachine): string[] {
  const { execution, history, childHistories, violations } = record;
  const faults = [...violations, ...checkHistory(history, definition)];
  for (const child of childHistories.values()) {
    faults.push(...checkHistory(child, definition));
  }
  const { status } = execution;
  const last = history.at(-1)?.type.toUpperCase();
  if (status !== 'RUNNING' && last !== `EXECUTION${status.replace('_', '')}`) {
    faults.push(`it is ${status} after ${last}`);
  }
  if (heals && status !== 'SUCCEEDED') {
    faults.push(`it was redriven and is ${status}`);
  }
  return faults.map((fault) => `${which}: ${fault}`);
}

function compare(calm: RunRecord, rough: RunRecord, { heals }: RandomMachine): string[] {
  const [a, b] = [endOf(calm), endOf(rough)];
  if (a !== b) {
    return [`undisturbed it ends with ${a}, disturbed with ${b}`];
  }
  const events = [calm.history, ...calm.childHistories.values()].flat();
  const smooth = !heals && !events.some(({ type }) => /Failed|TimedOut/.test(type));
  if (!smooth) {
    return [];
  }
  const [left, right] = [statesLeft(calm), statesLeft(rough)];
  return left === right ? [] : [`undisturbed it went through ${left}, disturbed through ${right}`];
}

function endOf({ execution: { status, output, error, cause } }: RunRecord): string {
  return JSON.stringify({ status, output, error, cause });
}

/** Every state that was left, with its output, in an order that does not depend on time. */
function statesLeft({ history, childHistories }: RunRecord): string {
  const lines = [history, ...childHistories.values()].flatMap((events) =>
    events.flatMap((event) =>
      'stateExitedEventDetails' in event
        ? [`${event.stateExitedEventDetails.name} ${event.stateExitedEventDetails.output}`]
        : [],
    ),
  );
  return lines.toSorted().join('; ');
}
