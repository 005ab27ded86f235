import type { EmbeddedStack } from '../../embedded/stack.ts';
import type { BenchPlan } from './bench-plan.ts';
import type { OtherEndpoint } from './other-endpoint.ts';

/** What a benchmark works with. */
export interface BenchSetting {
  readonly stack: EmbeddedStack;
  readonly plan: BenchPlan;
  readonly endpoint: OtherEndpoint | undefined;
  readonly command: string;
  readonly say: (line: string) => void;
}
