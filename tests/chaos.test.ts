import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ReleaseResponse, ReservationState } from '../proto/gen/inventory/v1/inventory.ts';
import { SEED_OPTION } from '../verification/chaos/chaos-options.ts';
import { type ChaosPlan, shortPlan } from '../verification/chaos/chaos-plan.ts';
import { cellNamed } from '../verification/chaos/matrix.ts';
import { chaosFailuresOf } from '../verification/chaos/report/chaos-failures.ts';
import { chaosMarkdownOf } from '../verification/chaos/report/chaos-markdown.ts';
import { chaosReportOf } from '../verification/chaos/report/chaos-report.ts';
import { runChaos } from '../verification/chaos/run/chaos-run.ts';
import { type StackUnderChaos, startStackUnderChaos } from '../verification/chaos/stack-under-chaos.ts';
import { withDefault } from '../verification/command-line.ts';

// Each day runs other cells, so that five days cover every target and fault. A failure shows its seed.
const DAY_MS = 86_400_000;
const today = Math.floor(Date.now() / DAY_MS);
const { CHAOS_SEED } = process.env;
const seed = withDefault(today, SEED_OPTION).read(CHAOS_SEED === undefined ? [] : [CHAOS_SEED], 'CHAOS_SEED');

let stack: StackUnderChaos;

beforeAll(async () => {
  stack = await startStackUnderChaos();
}, 120_000);

afterAll(async () => {
  await stack.stop();
}, 60_000);

test(`chaos faults hit their targets and break no invariant (CHAOS_SEED=${seed})`, async () => {
  const { failures, markdown } = await chaos(shortPlan(seed));
  expect(failures.length === 0 ? [] : [...failures, markdown]).toEqual([]);
}, 240_000);

test('a compensation that is never delivered is found, with a postmortem, although another cell breaks off', async () => {
  stack.proxies.forgeReplies(({ operation, order_id: orderId = '' }) => {
    if (operation !== 'Release') {
      return undefined;
    }
    const state = ReservationState.RELEASED;
    const reservation = { orderId, state, lines: [], total: undefined };
    const times = { expiresAt: undefined, createdAt: undefined, updatedAt: undefined };
    return Buffer.from(ReleaseResponse.encode({ reservation: { ...reservation, ...times } }).finish());
  });
  const isBack: typeof stack.stack.isBack = async (name, pid) => {
    await stack.stack.isBack(name, pid);
    if (name === 'inventory') {
      throw new Error('inventory should not come back');
    }
  };
  const plan: ChaosPlan = {
    ...shortPlan(1),
    cells: [cellNamed('kill -9 x inventory'), cellNamed('kill -9 after Reserve commits x payment')],
    // Those that never pay have their stock released in the end, and are open while the process is killed.
    kinds: ['never pays', 'never pays', 'never pays', 'buys', 'buys'],
    settleSeconds: 1,
  };
  const result = await chaos(plan, { ...stack, stack: { ...stack.stack, isBack } });
  expect(result.failures).toContain('Invariants at the end: broken.');
  expect(result.failures).toContain('Broken off: kill -9 x inventory: Error: inventory should not come back.');
  expect(result.markdown).toMatch(/\| kill -9 +\|.*\| BROKEN /);
  expect(result.markdown).toContain('nothing left behind a finished order');
  expect(result.markdown).toContain('its stock is still held');
  for (const part of [
    'timeline',
    'ReleaseInventory',
    'reservation',
    '"state":"HELD"',
    'answers to the customer',
    /kill -9 of process \d+/,
  ]) {
    expect(result.markdown).toMatch(part);
  }
  expect(result.markdown).toContain('Result: FAILED (seed 1).');
}, 240_000);

async function chaos(plan: ChaosPlan, disturbed = stack) {
  const started_at = new Date().toISOString();
  const outcome = await runChaos(plan, disturbed, () => {});
  const report = await chaosReportOf(outcome, { seed: plan.seed, command: 'npm test', started_at }, stack.connection);
  const failures = chaosFailuresOf(report);
  return { failures, markdown: chaosMarkdownOf(report, failures) };
}
