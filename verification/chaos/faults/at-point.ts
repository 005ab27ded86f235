import { setTimeout as sleep } from 'node:timers/promises';
import type { Target, WireCall } from '../proxy/wire-call.ts';
import { endsWithFailure } from '../run/histories.ts';
import type { FaultEvent } from './fault-event.ts';
import { type Injection, processFault } from './injection.ts';
import { POINTS, type PointName, type WirePoint } from './points.ts';
import { type Struck, strike } from './process-fault.ts';

const MORE_MS = 20_000;
/** Whoever was given a reply takes a moment to write down what follows from it. */
const JOURNAL_MS = 40;
const MOST_JOURNAL_MS = 1_000;

/** Kills or stops a process when an order of the cell is at the point; waits for that longer than for other faults. */
export async function disturbAtPoint(
  kind: 'kill -9' | 'SIGSTOP',
  name: PointName,
  target: Target,
  injection: Injection,
): Promise<void> {
  const { stack, log, choices, seconds, isOurs } = injection;
  const point: WirePoint = POINTS[name];
  const fault = processFault(kind, choices);
  let disarm = () => {};
  let isReached = false;
  const reached = new Promise<readonly [WireCall, Struck]>((resolve, reject) => {
    disarm = stack.proxies.wire.arm(point, isOurs, async (call) => {
      isReached = true;
      // Once the signal is sent the call goes on, and what it meets then is part of the fault.
      const struck = written(point, call, injection).then(() => strike(stack, target, fault));
      await struck.then((signalled) => resolve([call, signalled]), reject);
    });
  });
  const giveUp = sleep(seconds * 1000 + MORE_MS, undefined, { ref: false });
  await Promise.race([reached, giveUp]);
  disarm();
  if (!isReached) {
    return;
  }
  const [call, { over }] = await reached;
  const event = await over;
  if (event !== undefined) {
    log.add(atPoint(event, name, call));
  }
}

/** Resolves once the engine has written down what brings the saga to the point; at once where the call stands still there. */
async function written(point: WirePoint, { order_id }: WireCall, { historyOf }: Injection): Promise<void> {
  if (point.holds) {
    return;
  }
  if (point.inRetryWait !== true || order_id === undefined) {
    await sleep(JOURNAL_MS);
    return;
  }
  const deadline = Date.now() + MOST_JOURNAL_MS;
  while (Date.now() < deadline && !endsWithFailure(await historyOf(order_id))) {}
}

function atPoint(event: FaultEvent, name: PointName, { link, operation, order_id }: WireCall): FaultEvent {
  const point: WirePoint = POINTS[name];
  return {
    ...event,
    what: `${event.what}, ${name} (${link} ${operation})`,
    states: point.states,
    ...(point.inRetryWait === true ? { in_retry_wait: true } : {}),
    ...(order_id === undefined ? {} : { order_id }),
  };
}
