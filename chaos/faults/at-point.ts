import { setTimeout as sleep } from 'node:timers/promises';
import type { Target, WireCall } from '../proxy/wire-call.ts';
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
  const reached = new Promise<void>((resolve, reject) => {
    const act = async (call: WireCall): Promise<void> => {
      const at = new Date().toISOString();
      const event = fault === 'kill -9' ? killProcess(stack, target) : stopProcess(stack, target, stillMilliseconds);
      const noted = event.then(({ until, what }) => {
        log.add({
          at,
          ...(until === undefined ? {} : { until }),
          target,
          what: `${what}, ${name} (${call.link} ${call.operation})`,
          ...(call.order_id === undefined ? {} : { order_id: call.order_id }),
          states: point.states,
        });
      });
      noted.then(resolve, reject);
      // The call goes on as soon as the signal was sent: what it meets then is part of the fault.
      await sleep(0);
    };
    disarm = stack.proxies.wire.arm(point, isOurs, act);
  });
  await Promise.race([reached, sleep(seconds * 1000 + moreMilliseconds)]);
  disarm();
}
