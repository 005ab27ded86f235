import * as z from 'zod';

const percent = z.number().min(0).max(100).default(0);

const rule = z.strictObject({
  /** The RPC's name as in the proto, such as `Reserve`; `*` is every RPC. */
  rpc: z.string().min(1).default('*'),
  /** Refuses the call before it has any effect. */
  error_percent: percent,
  /** Does the work, then answers as if it had failed. */
  lose_reply_percent: percent,
  /** Delivers the call twice at the same time; the answer is the first delivery's. */
  duplicate_percent: percent,
  /** Waits this long before the work begins. */
  latency_ms: z.int().min(0).max(600_000).default(0),
  latency_percent: percent.default(100),
});

/** What goes wrong, and how often, for one RPC or all of them. */
export type FaultRule = z.output<typeof rule>;

/** The shape of FAULTS_FILE. The first rule that fits the RPC counts. */
export const faultRules = z.strictObject({ rules: z.array(rule).max(100) }).transform(({ rules }) => rules);
