import { describe, expect, test } from '@jest/globals';
import { injectFaults } from './fault-injection.ts';
import { faultRules } from './fault-rules.ts';

const never = new AbortController().signal;

/** Injects one rule; `random` says how each percentage falls. */
function injecting(rule: object, random: () => number = () => 0) {
  const rules = faultRules.parse({ rules: [rule] });
  return injectFaults(() => rules, random);
}

describe('a fault', () => {
  test('before the work leaves no effect', async () => {
    let effects = 0;
    const faults = injecting({ error_percent: 100 });
    await expect(faults.around('Reserve', async () => ++effects, never)).rejects.toMatchObject({
      reason: 'FAULT_INJECTED',
    });
    expect(effects).toBe(0);
  });

  test('after the work leaves its effect and loses its answer', async () => {
    let effects = 0;
    const faults = injecting({ lose_reply_percent: 100 });
    await expect(faults.around('Reserve', async () => ++effects, never)).rejects.toMatchObject({
      reason: 'FAULT_INJECTED',
    });
    expect(effects).toBe(1);
  });

  test('may be a second delivery, whose answer nobody hears', async () => {
    let effects = 0;
    const faults = injecting({ duplicate_percent: 100 });
    expect(await faults.around('Reserve', async () => ++effects, never)).toBe(1);
    expect(effects).toBe(2);
  });

  test('meets only the RPC that its rule names, or all', async () => {
    const named = injecting({ rpc: 'Reserve', error_percent: 100 });
    await expect(named.around('Reserve', async () => 'done', never)).rejects.toThrow();
    expect(await named.around('Release', async () => 'done', never)).toBe('done');
    const all = injecting({ error_percent: 100 });
    await expect(all.around('Release', async () => 'done', never)).rejects.toThrow();
  });

  test('comes as often as its rate says', async () => {
    let drawn = 0;
    const faults = injecting({ error_percent: 25 }, () => (drawn++ % 100) / 100);
    const calls = Array.from({ length: 400 }, () => faults.around('Reserve', async () => 'done', never));
    const failed = (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected');
    expect(failed.length).toBeGreaterThan(50);
    expect(failed.length).toBeLessThan(200);
  });

  test('of latency ends with the call that waits', async () => {
    const caller = new AbortController();
    const faults = injecting({ latency_ms: 600_000 });
    const answer = faults.around('Reserve', async () => 'done', caller.signal);
    caller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
});
