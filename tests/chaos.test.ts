import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ReleaseResponse, ReservationState } from '../proto/gen/inventory/v1/inventory.ts';
import { markdownOf } from '../verification/chaos/report/markdown.ts';
import { reportOf } from '../verification/chaos/report/report-of.ts';
import { failuresOf } from '../verification/chaos/report/verdict.ts';
import type { ChaosPlan } from '../verification/chaos/run/chaos-plan.ts';
import { runChaos } from '../verification/chaos/run/chaos-run.ts';
import { cellNamed, shortPlan } from '../verification/chaos/short-plan.ts';
import { type StackUnderChaos, startStackUnderChaos } from '../verification/chaos/stack-under-chaos.ts';
import { seedBounds, wholeNumber } from '../verification/chaos/whole-number.ts';

// Each day other cells, so that over a few days all targets and faults are had; a failure shows its seed.
const DAY_MS = 86_400_000;
const today = String(Math.floor(Date.now() / DAY_MS));
const seed = wholeNumber('CHAOS_SEED', process.env.CHAOS_SEED ?? today, seedBounds);

let stack: StackUnderChaos;

beforeAll(async () => {
  stack = await startStackUnderChaos();
}, 120_000);

afterAll(async () => {
  await stack.stop();
}, 60_000);

test(`faults break no invariant and hit what they are aimed at (CHAOS_SEED=${seed})`, async () => {
  const { failures, markdown } = await chaos(shortPlan(seed));
  expect(failures.length === 0 ? [] : [...failures, markdown]).toEqual([]);
}, 240_000);

test('a compensation that is never delivered is found, with its story, also where another cell breaks off', async () => {
  stack.proxies.lieWith(({ operation, order_id: orderId = '' }) => {
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
      throw new Error('inventory was not to come back');
    }
  };
  const plan: ChaosPlan = {
    ...shortPlan(1),
    cells: [cellNamed('kill -9 x inventory'), cellNamed('kill -9 after Reserve commits x payment')],
    orders: 8,
    settle_seconds: 1,
  };
  const lied = await chaos(plan, { ...stack, stack: { ...stack.stack, isBack } });
  expect(lied.failures).toContain('Invariants at the end: broken.');
  expect(lied.failures).toContain('Broken off: kill -9 x inventory: Error: inventory was not to come back.');
  expect(lied.markdown).toMatch(/\| kill -9 +\|.*\| BROKEN /);
  expect(lied.markdown).toContain('nothing left behind a finished order');
  expect(lied.markdown).toContain('its stock is still held');
  for (const part of [
    'timeline',
    'ReleaseInventory',
    'reservation',
    '"state":"HELD"',
    'answers to the customer',
    'kill -9 of',
  ]) {
    expect(lied.markdown).toContain(part);
  }
  expect(lied.markdown).toContain('Result: FAILED (seed 1).');
}, 240_000);

async function chaos(plan: ChaosPlan, disturbed = stack) {
  const started_at = new Date().toISOString();
  const outcome = await runChaos(plan, disturbed, () => {});
  const report = await reportOf(outcome, { seed: plan.seed, command: 'npm test', started_at }, stack.connection);
  const failures = failuresOf(report);
  return { failures, markdown: markdownOf(report, failures) };
}
