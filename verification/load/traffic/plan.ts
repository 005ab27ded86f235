import { readFileSync } from 'node:fs';
import * as z from 'zod';

const planSchema = z.object({
  /** Items of which there is enough for everybody. */
  plentiful: z.array(z.string()).min(1),
  /** Items that everybody wants and few can get. */
  contended: z.array(z.string()).min(1),
  /** Where the exchanges are written down. */
  exchange_log: z.string(),
});

/** What the traffic buys, and where it writes down what it was told. */
export type TrafficPlan = z.infer<typeof planSchema>;

/** The environment variable that names the plan's file: artillery runs the traffic in a thread of its own. */
export const PLAN_VARIABLE = 'LOAD_TRAFFIC_PLAN';

/** Reads the plan that the runner made. */
export function readTrafficPlan(): TrafficPlan {
  const file = process.env[PLAN_VARIABLE];
  if (file === undefined) {
    throw new Error(`${PLAN_VARIABLE} is not set: start the load with verification/load/run.ts`);
  }
  return planSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
