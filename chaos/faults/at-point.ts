import { setTimeout as sleep } from 'node:timers/promises';
import type { Target, WireCall } from '../proxy/wire-call.ts';
import type { FaultEvent } from './fault-event.ts';
import { type Injection, standstill } from './injection.ts';
import { type PointName, points, type WirePoint } from './points.ts';
import { killProcess, stopProcess } from './process-fault.ts';

const moreMilliseconds = 20_000;

/** Kills or stops a process when an order of the cell is at the point; waits for that longer than for other faults. */
export async function disturbAtPoint(
  fault: 'kill -9' | 'SIGSTOP',
  name: PointName,
  target: Target,
  injection: Injection,
): Promise<void> {
  const { stack, log, choices, seconds, isOurs } = injection;
  const point: WirePoint = points[name];
  const stillMilliseconds = standstill(choices);
  let disarm = () => {};
  const reached = new Promise<{ readonly over: Promise<void> }>((resolve) => {
    disarm = stack.proxies.wire.arm(point, isOurs, async (call) => {
      const at = new Date().toISOString();
      const event = fault === 'kill -9' ? killProcess(stack, target) : stopProcess(stack, target, stillMilliseconds);
      // The signal is sent; the call goes on, and what it meets then is part of the fault.
      resolve({ over: event.then((happened) => log.add(atPoint({ ...happened, at }, name, call))) });
    });
  });
  const happening = await Promise.race([reached, sleep(seconds * 1000 + moreMilliseconds, undefined, { ref: false })]);
  disarm();
  await happening?.over;
}

function atPoint(event: FaultEvent, name: PointName, { link, operation, order_id }: WireCall): FaultEvent {
  return {
    ...event,
    what: `${event.what}, ${name} (${link} ${operation})`,
    states: points[name].states,
    ...(order_id === undefined ? {} : { order_id }),
  };
}
