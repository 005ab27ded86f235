import { type Cell, targets } from '../cell.ts';
import { disturbAtPoint } from './at-point.ts';
import type { Injection } from './injection.ts';
import { disturbWire } from './on-the-wire.ts';
import { causeOutage } from './outage.ts';
import { disturbProcess } from './random-moment.ts';

/** Makes a cell's faults happen; resolves when all is healed. */
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
        await disturbProcess(fault, target, injection);
      } else {
        await disturbAtPoint(fault, point, target, injection);
      }
      return;
    case 'latency':
    case 'errors':
    case 'lost reply':
    case 'duplicates':
      await disturbWire(fault, target, injection);
      return;
    case 'outage':
      await causeOutage(target, injection);
  }
}

const WIRE_FAULTS = ['latency', 'errors', 'lost reply', 'duplicates'] as const;
/** All die with the API process: then the other faults have less to befall. */
const API_DIES_PERCENT = 15;

/**
 * Two faults of the network, a kill and a standstill at the same time, each on a target of its own. The API process does not
 * stand still here: it would keep the killed one from being started again.
 */
async function mix(injection: Injection): Promise<void> {
  const { choices, choicesFor } = injection;
  const [struck = 'payment', stopped = 'inventory'] = choices.shuffled(targets.filter((target) => target !== 'api'));
  const killed = choices.happens(API_DIES_PERCENT) ? 'api' : struck;
  const others = choices.shuffled(targets.filter((target) => target !== killed && target !== stopped));
  const network = choices.shuffled(WIRE_FAULTS).flatMap((fault, index) => {
    const target = index < 2 ? others[index] : undefined;
    return target === undefined ? [] : [{ fault, target }];
  });
  const own = (part: string): Injection => ({ ...injection, choices: choicesFor(part) });
  await Promise.all([
    ...network.map(({ fault, target }) => disturbWire(fault, target, own(fault))),
    disturbProcess('kill -9', killed, own('kill -9')),
    process.platform === 'win32' ? undefined : disturbProcess('SIGSTOP', stopped, own('SIGSTOP')),
  ]);
}
