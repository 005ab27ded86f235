import type { EmbeddedStack } from '../../embedded/stack.ts';
import type { OtherEndpoint } from './other-endpoint.ts';

/** How long and how much is measured; times in seconds. */
export interface BenchPlan {
  /** Before the idle memory is measured. */
  readonly settle: number;
  readonly warmUp: number;
  /** For each concurrency. */
  readonly step: number;
  /** How many rounds the ways are compared in, and how long each way runs in a round. */
  readonly rounds: number;
  readonly round: number;
  /** For each of 50 %, 80 % and 120 %. */
  readonly level: number;
  readonly spike: { readonly before: number; readonly during: number; readonly after: number };
  /** How many orders are stored when the cost of one more is measured. */
  readonly stored: readonly number[];
  readonly growth: number;
  /** How long to wait for open orders, at most. */
  readonly drain: number;
}

/** Under ten minutes. */
export const FULL_PLAN: BenchPlan = {
  settle: 5,
  warmUp: 15,
  step: 3.5,
  rounds: 3,
  round: 7,
  level: 20,
  spike: { before: 20, during: 15, after: 25 },
  stored: [1_000, 10_000, 100_000],
  growth: 8,
  drain: 120,
};

/** About a minute. */
export const QUICK_PLAN: BenchPlan = {
  settle: 1,
  warmUp: 5,
  step: 1.5,
  rounds: 1,
  round: 6,
  level: 3,
  spike: { before: 5, during: 5, after: 8 },
  stored: [1_000, 5_000],
  growth: 2,
  drain: 60,
};

/** One run of the benchmark. */
export interface BenchRun {
  readonly stack: EmbeddedStack;
  readonly plan: BenchPlan;
  /** Another Step Functions endpoint to compare with. */
  readonly endpoint: OtherEndpoint | undefined;
  /** The command as it was typed. */
  readonly command: string;
  /** Takes lines of progress. */
  readonly say: (line: string) => void;
}
