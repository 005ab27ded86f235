import type { TrafficPlan } from './plan.ts';

/** One wanted item, as /orders/place takes it. */
export interface WantedLine {
  readonly id: string;
  readonly count: number;
}

/** One to three different items, one to three pieces of each. */
export function chooseBasket(plan: Pick<TrafficPlan, 'plentiful'>): readonly WantedLine[] {
  return pickDistinct(plan.plentiful, 1 + chance(3)).map(toLine);
}

/** An item that is easy to get together with one that is not: both or neither. */
export function chooseContendedBasket(plan: Pick<TrafficPlan, 'plentiful' | 'contended'>): readonly WantedLine[] {
  return [...pickDistinct(plan.contended, 1), ...pickDistinct(plan.plentiful, 1)].map(toLine);
}

function toLine(id: string): WantedLine {
  return { id, count: 1 + chance(3) };
}

function pickDistinct(ids: readonly string[], count: number): readonly string[] {
  const first = chance(ids.length);
  return Array.from({ length: Math.min(count, ids.length) }, (_, step) => ids[(first + step) % ids.length]).filter(
    (id) => id !== undefined,
  );
}

function chance(below: number): number {
  return Math.floor(Math.random() * below);
}
