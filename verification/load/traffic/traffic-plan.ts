import { readFileSync } from 'node:fs';
import * as z from 'zod';

const planSchema = z.object({
  /** Items with enough stock for everybody. */
  plentiful: z.array(z.string()).min(1),
  /** Items that everybody wants and few can get. */
  contended: z.array(z.string()).min(1),
  /** The file for all exchanges. */
  exchange_log: z.string(),
});

/** The items that the traffic buys, and where it records its exchanges. */
export type TrafficPlan = z.infer<typeof planSchema>;

/** The environment variable that names the plan's file: artillery runs the traffic in a thread of its own. */
export const PLAN_VARIABLE = 'LOAD_TRAFFIC_PLAN';

/** Reads the plan that `runArtillery` wrote. */
export function readTrafficPlan(): TrafficPlan {
  const file = process.env[PLAN_VARIABLE];
  if (file === undefined) {
    throw new Error(`${PLAN_VARIABLE} is not set: start the load with verification/load/main.ts`);
  }
  return planSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** One wanted item, as /orders/place takes it. */
export interface WantedLine {
  readonly id: string;
  readonly count: number;
}

/** One to three different items, one to three pieces of each. */
export function chooseBasket(plan: Pick<TrafficPlan, 'plentiful'>): readonly WantedLine[] {
  return pickDistinct(plan.plentiful, 1 + chance(3)).map(toLine);
}

/** A plentiful item together with a contended one: the order gets both or neither. */
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
