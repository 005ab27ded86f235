import { type Cell, TARGETS } from '../matrix.ts';
import type { Injection } from './injection.ts';
import { disturbNetwork } from './network-faults.ts';
import { causeOutage } from './outage.ts';
import { disturbAtPoint, disturbAtRandom } from './process-faults.ts';

/** Injects the faults of a cell; resolves when all of them are over. */
export async function inject(cell: Cell, injection: Injection): Promise<void> {
  if (cell.kind === 'mixed') {
    await mix(injection);
    return;
  }
  const { fault, target, point } = cell;
  switch (fault) {
    case 'kill -9':
    case 'SIGSTOP':
      if (point === undefined) {
        await disturbAtRandom(fault, target, injection);
      } else {
        await disturbAtPoint(fault, point, target, injection);
      }
      return;
    case 'latency':
    case 'errors':
    case 'lost reply':
    case 'duplicates':
      await disturbNetwork(fault, target, injection);
      return;
    case 'outage':
      await causeOutage(target, injection);
  }
}

const NETWORK_FAULTS = ['latency', 'errors', 'lost reply', 'duplicates'] as const;
/** Every process dies with the API process, which leaves the other faults less to hit. */
const API_DIES_PERCENT = 15;

/**
 * Two network faults, a kill and a standstill at the same time, each on another target. The API process is never stopped
 * here: it could not restart the killed process.
 */
async function mix(injection: Injection): Promise<void> {
  const { choices, choicesFor } = injection;
  const [victim = 'payment', stopped = 'inventory'] = choices.shuffled(TARGETS.filter((target) => target !== 'api'));
  const killed = choices.happens(API_DIES_PERCENT) ? 'api' : victim;
  const others = choices.shuffled(TARGETS.filter((target) => target !== killed && target !== stopped));
  const network = choices.shuffled(NETWORK_FAULTS).flatMap((fault, index) => {
    const target = index < 2 ? others[index] : undefined;
    return target === undefined ? [] : [{ fault, target }];
  });
  const own = (part: string): Injection => ({ ...injection, choices: choicesFor(part) });
  await Promise.all([
    ...network.map(({ fault, target }) => disturbNetwork(fault, target, own(fault))),
    disturbAtRandom('kill -9', killed, own('kill -9')),
    process.platform === 'win32' ? undefined : disturbAtRandom('SIGSTOP', stopped, own('SIGSTOP')),
  ]);
}
