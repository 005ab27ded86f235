import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRule } from './fault-rules.ts';
import { Unavailable } from './service-error.ts';

/** Lets calls fail on purpose. */
export interface FaultInjection {
  /** Does the work of one call, with the faults that its RPC has at this time. */
  readonly around: <Result>(rpc: string, work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;
}

/** What every service has unless faults were asked for. */
export const noFaults: FaultInjection = { around: (_rpc, work) => work() };

/** `random` answers from 0 to below 1. */
export function injectFaults(rules: () => readonly FaultRule[], random: () => number): FaultInjection {
  const happens = (percent: number): boolean => random() * 100 < percent;
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

/** Both deliveries end before the caller hears, so that a test knows when all effects are there. */
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
