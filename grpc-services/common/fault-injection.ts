import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { ConfigurationError } from './environment.ts';
import type { Logger } from './logger.ts';
import { Unavailable } from './service-error.ts';

const percent = z.number().min(0).max(100).default(0);

const faultRule = z.strictObject({
  /** The RPC's name as in the proto, such as `Reserve`; `*` means every RPC. */
  rpc: z.string().min(1).default('*'),
  /** Refuses the call before it has any effect. */
  error_percent: percent,
  /** Does the work, then answers as if it had failed. */
  lose_reply_percent: percent,
  /** Delivers the call twice at the same time; the answer is the first delivery's. */
  duplicate_percent: percent,
  /** Delays the start of the work. */
  latency_ms: z.int().min(0).max(600_000).default(0),
  latency_percent: percent.default(100),
});

/** What goes wrong, and how often, for one RPC or all of them. */
export type FaultRule = z.output<typeof faultRule>;

/** The content of FAULTS_FILE. The first rule that matches the RPC applies. */
export const faultRules = z.strictObject({ rules: z.array(faultRule).max(100) }).transform(({ rules }) => rules);

/** Makes calls fail on purpose. */
export interface FaultInjection {
  /** Does the work of one call, with the faults that currently apply to its RPC. */
  readonly around: <Result>(rpc: string, work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;
}

/** The default: no call fails on purpose. */
export const noFaults: FaultInjection = { around: (_rpc, work) => work() };

/** The variables that switch fault injection on. */
export interface FaultSettings {
  readonly FAULTS_ENABLED: boolean;
  readonly FAULTS_FILE?: string | undefined;
  readonly NODE_ENV?: string | undefined;
}

/**
 * Faults as the environment asks for them: none, or those in FAULTS_FILE.
 *
 * The file is checked on every call, so rates can change while the service runs. Without the file there are no faults. A
 * file that cannot be read or parsed is logged, and the previous rules stay.
 *
 * @throws ConfigurationError in production, or when no file is named
 */
export function faultsFrom(settings: FaultSettings, logger: Logger): FaultInjection {
  if (!settings.FAULTS_ENABLED) {
    return noFaults;
  }
  if (settings.NODE_ENV === 'production') {
    throw new ConfigurationError('FAULTS_ENABLED=1 is refused while NODE_ENV is production; unset one of them.');
  }
  if (settings.FAULTS_FILE === undefined) {
    throw new ConfigurationError('FAULTS_ENABLED=1 needs FAULTS_FILE, the path of a JSON file with the rules.');
  }
  logger.info({ faults_file: settings.FAULTS_FILE }, 'calls fail on purpose as this file says');
  return injectFaults(rulesIn(settings.FAULTS_FILE, logger), Math.random);
}

/** Injects faults by the rules of the moment. `random` returns a number from 0 to below 1. */
export function injectFaults(rules: () => readonly FaultRule[], random: () => number): FaultInjection {
  const happens = (rate: number): boolean => random() * 100 < rate;
  return {
    around: async (rpc, work, signal) => {
      const rule = rules().find((candidate) => candidate.rpc === '*' || candidate.rpc === rpc);
      if (rule === undefined) {
        return work();
      }
      if (rule.latency_ms > 0 && happens(rule.latency_percent)) {
        await delay(rule.latency_ms, undefined, { signal });
      }
      if (happens(rule.error_percent)) {
        throw injected('before the call had any effect');
      }
      const answer = await (happens(rule.duplicate_percent) ? twice(work) : work());
      if (happens(rule.lose_reply_percent)) {
        throw injected('after the call had its effect');
      }
      return answer;
    },
  };
}

function rulesIn(file: string, logger: Logger): () => readonly FaultRule[] {
  let version = '';
  let rules: readonly FaultRule[] = [];
  return () => {
    const stats = statSync(file, { throwIfNoEntry: false });
    const current = stats === undefined ? 'absent' : `${stats.mtimeMs} ${stats.ino} ${stats.size}`;
    if (current === version) {
      return rules;
    }
    version = current;
    try {
      rules = stats === undefined ? [] : faultRules.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (rules.length > 0) {
        logger.warn({ rules }, 'calls fail on purpose from now on');
      } else {
        logger.info('no call fails on purpose');
      }
    } catch (error) {
      logger.error({ err: error, faults_file: file }, 'the fault rules cannot be read; the previous rules stay');
    }
    return rules;
  };
}

/** Waits for both deliveries before it answers, so that all effects are in place when a test hears the answer. */
async function twice<Result>(work: () => Promise<Result>): Promise<Result> {
  const [first] = await Promise.allSettled([work(), work()]);
  if (first.status === 'rejected') {
    throw first.reason;
  }
  return first.value;
}

function injected(when: string): Unavailable {
  return new Unavailable({ reason: 'FAULT_INJECTED', message: `A fault was injected ${when}; try again.` });
}
