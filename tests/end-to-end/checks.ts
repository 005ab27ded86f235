import { CUSTOMER_ACTION_CHECKS } from './customer-action-checks.ts';
import { type Check, type Deployment, LeftOut } from './deployment.ts';
import { OPERATOR_CHECKS } from './operator-checks.ts';
import { ORDER_CHECKS } from './order-checks.ts';
import { REFUND_CHECKS } from './refund-checks.ts';
import { ROLE_CHECKS } from './role-checks.ts';
import { WEBHOOK_CHECKS } from './webhook-checks.ts';

/** All checks. They depend neither on each other nor on other orders. The longest begin first. */
export const CHECKS: readonly Check[] = [
  ...OPERATOR_CHECKS,
  ...WEBHOOK_CHECKS,
  ...REFUND_CHECKS,
  ...CUSTOMER_ACTION_CHECKS,
  ...ORDER_CHECKS,
  ...ROLE_CHECKS,
];

/** What became of a check. */
export interface CheckOutcome {
  readonly name: string;
  readonly result: 'holds' | 'failed' | 'left out';
  readonly seconds: number;
  /** Why it failed, or was left out. */
  readonly why?: unknown;
}

/** Runs checks against a deployment, and tells of each as it ends. */
export async function runChecks(
  checks: readonly Check[],
  deployment: Deployment,
  atOnce: number,
  tell: (outcome: CheckOutcome) => void,
): Promise<readonly CheckOutcome[]> {
  const waiting = [...checks];
  const outcomes: CheckOutcome[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const outcome = await runCheck(check, deployment);
      outcomes.push(outcome);
      tell(outcome);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

async function runCheck({ name, run }: Check, deployment: Deployment): Promise<CheckOutcome> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1_000;
  try {
    await run(deployment);
    return { name, result: 'holds', seconds: seconds() };
  } catch (why) {
    const result = why instanceof LeftOut ? 'left out' : 'failed';
    return { name, result, seconds: seconds(), why };
  }
}
