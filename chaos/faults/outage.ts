import { setTimeout as sleep } from 'node:timers/promises';
import type { Target, WireCall } from '../proxy/wire-call.ts';
import type { Injection } from './injection.ts';

const mostSeconds = 420;
const pollMilliseconds = 1_000;
const engineAwayMilliseconds = 16_000;
/** Of the time in which customers come, the part in which the engine is still there: some sagas are started before. */
const engineThereMillisecondsPerSecond = 400;

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
export async function causeOutage(target: Target, injection: Injection): Promise<void> {
  const { seconds, isOver } = injection;
  if (target === 'engine') {
    await sleep(seconds * engineThereMillisecondsPerSecond);
    const end = begin(target, () => true, injection);
    await sleep(engineAwayMilliseconds);
    end();
    return;
  }
  const end = begin(target, steps[target], injection);
  const deadline = Date.now() + mostSeconds * 1000;
  try {
    while (!(await isOver())) {
      if (Date.now() > deadline) throw new Error(`Not all orders had ended or were parked after ${mostSeconds} s`);
      await sleep(pollMilliseconds);
    }
  } finally {
    end();
  }
}

function begin(
  target: Target,
  isAway: (call: WireCall) => boolean,
  { stack, log, choices, isOurs }: Injection,
): () => void {
  return stack.proxies.wire.add({
    target,
    fault: { kind: 'errors', percent: 100 },
    touches: (call) => isOurs(call) && isAway(call),
    choices,
    onHit: (call, what) => log.addCall(call, what),
  });
}
