import fc from 'fast-check';
import type { StateMachineDefinition } from 'resilient-stepfunctions/core';
import { KNOWN_SCHEDULES } from '../known-schedules.ts';
import type { Scenario } from '../scenario.ts';
import { schedules } from '../schedules.ts';
import { simulateSaga } from '../simulate-saga.ts';
import type { WriteWeakness } from './write-weaknesses.ts';

/** Size and seed of a search. */
export interface WeaknessSearch {
  /** Random schedules beyond the known ones. */
  readonly runs: number;
  readonly seed: number;
  /** How often a weakness is tried, at most. */
  readonly tries: number;
  /** Called with the violation, for every weakness that is noticed. */
  readonly onNoticed?: (weakness: WriteWeakness, violation: string, scenario: Scenario) => void;
}

/** A weakness that violates no invariant. */
export interface UnnoticedWeakness {
  readonly name: string;
  /** In how many schedules the weakened write was refused, or changed the record, other than the intact one. */
  readonly reached: number;
}

/** A weakened run may take more timers than the intact one: an operator redrives, the reconciliation looks again. */
const SPARE_TIMERS = 500;

/** What a saga leaves undone shows where nobody reconciles. */
const UNRECONCILED = KNOWN_SCHEDULES.filter(({ losses }) => losses.length === 0).map(
  (known): Scenario => ({ ...known, mutations: ['nobody reconciles'] }),
);

/**
 * Finds the members of the writes whose removal no schedule notices. Every schedule first runs intact, and shows for
 * which weaknesses a write would have come out otherwise. It runs again only with those, because the others change
 * nothing in it.
 */
export async function findUnnoticed(
  definition: StateMachineDefinition,
  weaknesses: readonly WriteWeakness[],
  { runs, seed, tries, onNoticed = () => undefined }: WeaknessSearch,
): Promise<readonly UnnoticedWeakness[]> {
  const open = new Map(weaknesses.map((weakness) => [weakness, 0]));
  const random = runs === 0 ? [] : fc.sample(schedules({ maxOrders: 3 }), { numRuns: runs, seed });
  for (const scenario of [...KNOWN_SCHEDULES, ...UNRECONCILED, ...random]) {
    if (open.size === 0) {
      break;
    }
    const reached = new Set<WriteWeakness>();
    const probe = { weaknesses: [...open.keys()], onReached: (weakness: WriteWeakness) => void reached.add(weakness) };
    const { timers } = await simulateSaga(definition, { ...scenario, probe });
    // A weakened write may lead to endless tries, which are given up early.
    const maxTimers = SPARE_TIMERS + 3 * timers;
    for (const weakness of reached) {
      const tried = open.get(weakness) ?? 0;
      if (tried >= tries) {
        continue;
      }
      open.set(weakness, tried + 1);
      const violation = await violationOf(definition, { ...scenario, weakness, maxTimers });
      if (violation !== undefined) {
        open.delete(weakness);
        onNoticed(weakness, violation, scenario);
      }
    }
  }
  return [...open].map(([{ name }, reached]) => ({ name, reached }));
}

/** The first violated invariant. A saga that runs on without end, or leaves the model, is one as well. */
async function violationOf(definition: StateMachineDefinition, scenario: Scenario): Promise<string | undefined> {
  try {
    return (await simulateSaga(definition, scenario)).violations[0];
  } catch (error) {
    return String(error);
  }
}
