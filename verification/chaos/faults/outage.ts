import { setTimeout as sleep } from 'node:timers/promises';
import type { Proxies } from '../proxy/proxies.ts';
import type { Target, WireCall } from '../proxy/wire-call.ts';
import type { Injection } from './injection.ts';

/** How long an outage lasts. */
export interface OutageTimes {
  /** Longer than the saga's retries; an outage that parks nothing by then has failed. */
  readonly most_ms: number;
  /** Longer than a customer likes to wait. */
  readonly engine_away_ms: number;
  readonly poll_ms: number;
}

const usual: OutageTimes = { most_ms: 420_000, engine_away_ms: 16_000, poll_ms: 1_000 };
/** Of the time in which customers come, the part in which the engine is still there: some sagas are started before. */
const ENGINE_THERE_MS_PER_SECOND = 400;

/** What of an injection an outage needs. */
export interface OutageInjection extends Pick<Injection, 'log' | 'choices' | 'seconds' | 'isOurs' | 'isOver'> {
  readonly stack: { readonly proxies: Pick<Proxies, 'wire'> };
}

/** What is away for as long as it takes until the saga gives up and calls for an operator. */
const steps: Readonly<Record<Exclude<Target, 'engine'>, (call: WireCall) => boolean>> = {
  inventory: ({ operation }) => operation === 'Commit' || operation === 'Release',
  payment: ({ operation }) => operation === 'Void',
  api: ({ link, operation }) =>
    link === 'lambda' && ['commitInventory', 'releaseInventory', 'voidPayment'].includes(operation),
  // The order's last write. The one that parks it gets through.
  dynamodb: ({ operation }) => /^UpdateItem (CONFIRMED|REJECTED|EXPIRED|CANCELLED)$/.test(operation),
};

/**
 * Refuses calls of this cell's orders, and only theirs, so that several outages can last at the same time: the last steps,
 * until all orders are parked or have ended; of the engine every call, for a while. An engine that is away counts no
 * retries, so it parks nothing: orders are refused or stand still, and go on when it is back.
 *
 * @throws {Error} the orders were neither parked nor ended in time
 */
export async function causeOutage(target: Target, injection: OutageInjection, times = usual): Promise<void> {
  const { seconds, isOver } = injection;
  if (target === 'engine') {
    await sleep(seconds * ENGINE_THERE_MS_PER_SECOND);
    const end = begin(target, () => true, injection);
    await sleep(times.engine_away_ms);
    end();
    return;
  }
  const end = begin(target, steps[target], injection);
  const deadline = Date.now() + times.most_ms;
  try {
    while (!(await isOver())) {
      if (Date.now() > deadline) {
        throw new Error('Not all orders had ended or were parked when the outage was to end');
      }
      await sleep(times.poll_ms);
    }
  } finally {
    end();
  }
}

function begin(
  target: Target,
  isAway: (call: WireCall) => boolean,
  { stack, log, choices, isOurs }: OutageInjection,
): () => void {
  return stack.proxies.wire.add({
    target,
    fault: { kind: 'errors', percent: 100 },
    touches: (call) => isOurs(call) && isAway(call),
    choices,
    onHit: (call, what) => log.addCall(call, what),
  });
}
