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
      if (point === undefined) await disturbProcess(fault, target, injection);
      else await disturbAtPoint(fault, point, target, injection);
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

const wireFaults = ['latency', 'errors', 'lost reply', 'duplicates'] as const;

/** Two faults of the network, a kill and a standstill, each against a target of its own choosing, at the same time. */
async function mix(injection: Injection): Promise<void> {
  const { choices } = injection;
  const [killed = 'payment', stopped = 'inventory'] = choices.shuffled(targets.filter((target) => target !== 'api'));
  const network = choices.shuffled(wireFaults).slice(0, 2);
  await Promise.all([
    ...network.map((fault) => disturbWire(fault, choices.pick(targets), injection)),
    disturbProcess('kill -9', choices.happens(15) ? 'api' : killed, injection),
    process.platform === 'win32' ? undefined : disturbProcess('SIGSTOP', stopped, injection),
  ]);
}
