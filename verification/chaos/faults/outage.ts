import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkCall, Target } from '../proxy/network-call.ts';
import type { Proxies } from '../proxy/proxies.ts';
import type { Injection } from './injection.ts';

/** The durations of an outage. */
export interface OutageTimes {
  /** Longer than the saga's retries; an outage that has parked nothing by then has failed. */
  readonly maxMs: number;
  /** Longer than a customer waits. */
  readonly engineAwayMs: number;
  readonly pollMs: number;
}

const USUAL: OutageTimes = { maxMs: 420_000, engineAwayMs: 16_000, pollMs: 1_000 };
/** The engine's outage begins after 40 % of the customers' time, so that some sagas have started. */
const ENGINE_UP_MS_PER_SECOND = 400;

/** The parts of an injection that an outage uses. */
export interface OutageInjection extends Pick<Injection, 'log' | 'choices' | 'seconds' | 'isOurs' | 'isOver'> {
  readonly stack: { readonly proxies: Pick<Proxies, 'network'> };
}

/** The calls that fail until the saga gives up and needs an operator. */
const LAST_STEPS: Readonly<Record<Exclude<Target, 'engine'>, (call: NetworkCall) => boolean>> = {
  inventory: ({ operation }) => operation === 'Commit' || operation === 'Release',
  payment: ({ operation }) => operation === 'Void',
  api: ({ link, operation }) =>
    link === 'lambda' && ['commitInventory', 'releaseInventory', 'voidPayment'].includes(operation),
  // The last write of an order. The write that parks it gets through.
  dynamodb: ({ operation }) => /^UpdateItem (CONFIRMED|REJECTED|EXPIRED|CANCELLED)$/.test(operation),
};

/**
 * Refuses calls of this cell's orders only, so that several outages can run at the same time.
 *
 * - The last steps of the sagas fail until every order has ended or is parked.
 * - The engine refuses every call for a while. It counts no retries meanwhile, so no order parks. Orders are refused or
 *   wait until it is back.
 *
 * @throws {Error} some orders had neither ended nor been parked in time
 */
export async function causeOutage(target: Target, injection: OutageInjection, times = USUAL): Promise<void> {
  const { seconds, isOver } = injection;
  if (target === 'engine') {
    await sleep(seconds * ENGINE_UP_MS_PER_SECOND);
    const end = begin(target, () => true, injection);
    await sleep(times.engineAwayMs);
    end();
    return;
  }
  const end = begin(target, LAST_STEPS[target], injection);
  const deadline = Date.now() + times.maxMs;
  try {
    while (!(await isOver())) {
      if (Date.now() > deadline) {
        throw new Error('The outage reached its time limit before every order had ended or was parked');
      }
      await sleep(times.pollMs);
    }
  } finally {
    end();
  }
}

function begin(
  target: Target,
  isAffected: (call: NetworkCall) => boolean,
  { stack, log, choices, isOurs }: OutageInjection,
): () => void {
  return stack.proxies.network.add({
    target,
    fault: { kind: 'errors', percent: 100 },
    appliesTo: (call) => isOurs(call) && isAffected(call),
    choices,
    onHit: (call, what) => log.addCall(call, what),
  });
}
