import { setTimeout as sleep } from 'node:timers/promises';
import type { Target, WireCall } from '../proxy/wire-call.ts';
import type { Injection } from './injection.ts';

const mostSeconds = 420;
const pollMilliseconds = 1_000;

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
 * Refuses the last steps of this cell's orders, and only theirs, until all are parked or have ended; several such outages
 * can last at the same time.
 */
export async function causeOutage(target: Target, injection: Injection): Promise<void> {
  if (target === 'engine') throw new Error('An engine that is away parks nothing');
  const { stack, log, choices, isOurs, isOver } = injection;
  const remove = stack.proxies.wire.add({
    target,
    fault: { kind: 'errors', percent: 100 },
    touches: (call) => isOurs(call) && steps[target](call),
    choices,
    onHit: (call, what) => log.addCall(call, what),
  });
  const deadline = Date.now() + mostSeconds * 1000;
  try {
    while (Date.now() < deadline && !(await isOver())) await sleep(pollMilliseconds);
  } finally {
    remove();
  }
}
