import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { testSettings } from '../../tests/support/service.ts';
import { ConfigurationError } from './environment.ts';
import { faultRules, faultsFrom, injectFaults } from './fault-injection.ts';
import { createLogger } from './logger.ts';

const never = new AbortController().signal;

/** Injects one rule. By default every percentage above 0 happens. */
function injecting(rule: object, random: () => number = () => 0) {
  const rules = faultRules.parse({ rules: [rule] });
  return injectFaults(() => rules, random);
}

describe('fault injection', () => {
  test('fails a call before it has any effect', async () => {
    let effects = 0;
    const faults = injecting({ error_percent: 100 });
    await expect(faults.around('Reserve', async () => ++effects, never)).rejects.toMatchObject({
      reason: 'FAULT_INJECTED',
    });
    expect(effects).toBe(0);
  });

  test('loses the reply of a call that had its effect', async () => {
    let effects = 0;
    const faults = injecting({ lose_reply_percent: 100 });
    await expect(faults.around('Reserve', async () => ++effects, never)).rejects.toMatchObject({
      reason: 'FAULT_INJECTED',
    });
    expect(effects).toBe(1);
  });

  test('delivers a call twice and answers once', async () => {
    let effects = 0;
    const faults = injecting({ duplicate_percent: 100 });
    expect(await faults.around('Reserve', async () => ++effects, never)).toBe(1);
    expect(effects).toBe(2);
  });

  test('applies a rule to the RPC that it names, or to every RPC', async () => {
    const named = injecting({ rpc: 'Reserve', error_percent: 100 });
    await expect(named.around('Reserve', async () => 'done', never)).rejects.toThrow();
    expect(await named.around('Release', async () => 'done', never)).toBe('done');
    const all = injecting({ error_percent: 100 });
    await expect(all.around('Release', async () => 'done', never)).rejects.toThrow();
  });

  test('fails about as many calls as the rate says', async () => {
    let drawn = 0;
    const faults = injecting({ error_percent: 25 }, () => (drawn++ % 100) / 100);
    const calls = Array.from({ length: 400 }, () => faults.around('Reserve', async () => 'done', never));
    const failed = (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected');
    expect(failed.length).toBeGreaterThan(50);
    expect(failed.length).toBeLessThan(200);
  });

  test('applies the first of two rules that match', async () => {
    const rules = faultRules.parse({ rules: [{ rpc: 'Reserve' }, { error_percent: 100 }] });
    const faults = injectFaults(
      () => rules,
      () => 0,
    );
    expect(await faults.around('Reserve', async () => 'done', never)).toBe('done');
    await expect(faults.around('Release', async () => 'done', never)).rejects.toThrow();
  });

  test.each([
    [0, 0, 'done'],
    [50, 0.499, 'failed'],
    [50, 0.5, 'done'],
    [100, 0.999_999, 'failed'],
  ])('at a rate of %d %% a call with the random number %d is %s', async (error_percent, random, outcome) => {
    const faults = injecting({ error_percent }, () => random);
    const answer = faults.around('Reserve', async () => 'done', never).catch(() => 'failed');
    expect(await answer).toBe(outcome);
  });

  test('delays every call of a rule with a latency, unless the rule names a lower rate', async () => {
    const caller = new AbortController();
    caller.abort();
    const delayed = injecting({ latency_ms: 600_000 }, () => 0.999_999);
    await expect(delayed.around('Reserve', async () => 'done', caller.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
    const notDelayed = injecting({ latency_ms: 600_000, latency_percent: 10 }, () => 0.1);
    expect(await notDelayed.around('Reserve', async () => 'done', caller.signal)).toBe('done');
  });

  test.each([
    [1, 'the first of two deliveries failed'],
    [2, 'done by delivery 1'],
  ])(
    'answers a call that is delivered twice as the first delivery does, when delivery %i fails',
    async (failing, end) => {
      let deliveries = 0;
      const faults = injecting({ duplicate_percent: 100 });
      const work = async (): Promise<string> => {
        deliveries++;
        if (deliveries === failing) {
          throw new Error('the first of two deliveries failed');
        }
        return `done by delivery ${deliveries}`;
      };
      expect(await faults.around('Reserve', work, never).catch((error: Error) => error.message)).toBe(end);
      expect(deliveries).toBe(2);
    },
  );

  test('stops delaying a call that is aborted', async () => {
    const caller = new AbortController();
    const faults = injecting({ latency_ms: 600_000 });
    const answer = faults.around('Reserve', async () => 'done', caller.signal);
    caller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
});

let folder: string;
let file: string;
const { logger } = testSettings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-'));
  file = join(folder, 'faults.json');
});

afterEach(() => rm(folder, { recursive: true }));

const failing = JSON.stringify({ rules: [{ error_percent: 100 }] });
async function done() {
  return 'done';
}

describe('FAULTS_FILE', () => {
  test('is read on every call, so that rates change while the service runs', async () => {
    const faults = faultsFrom({ FAULTS_ENABLED: true, FAULTS_FILE: file }, logger);
    expect(await faults.around('Reserve', done, never)).toBe('done');
    await writeFile(file, failing);
    await expect(faults.around('Reserve', done, never)).rejects.toThrow();
    await writeFile(file, '{"rules":[]}');
    expect(await faults.around('Reserve', done, never)).toBe('done');
    await writeFile(file, failing);
    await rm(file);
    expect(await faults.around('Reserve', done, never)).toBe('done');
  });

  test('that cannot be parsed keeps the previous rules and logs an error', async () => {
    const lines: string[] = [];
    const log = createLogger('test', 'error', { write: (line) => void lines.push(line) });
    await writeFile(file, failing);
    const faults = faultsFrom({ FAULTS_ENABLED: true, FAULTS_FILE: file }, log);
    await expect(faults.around('Reserve', done, never)).rejects.toThrow();
    await writeFile(file, '{"rules":[{"error_percent":1');
    await expect(faults.around('Reserve', done, never)).rejects.toThrow();
    expect(lines).toHaveLength(1);
    await writeFile(file, '{"rules":[{"error_percent":101}]}');
    await expect(faults.around('Reserve', done, never)).rejects.toThrow();
    expect(lines).toHaveLength(2);
  });

  test('has no effect unless FAULTS_ENABLED is set', async () => {
    await writeFile(file, failing);
    const faults = faultsFrom({ FAULTS_ENABLED: false, FAULTS_FILE: file }, logger);
    expect(await faults.around('Reserve', done, never)).toBe('done');
  });

  test('is refused in production, and is required when faults are enabled', () => {
    const production = { FAULTS_ENABLED: true, FAULTS_FILE: file, NODE_ENV: 'production' };
    expect(() => faultsFrom(production, logger)).toThrow(ConfigurationError);
    expect(() => faultsFrom({ FAULTS_ENABLED: true }, logger)).toThrow(/FAULTS_FILE/);
  });
});
