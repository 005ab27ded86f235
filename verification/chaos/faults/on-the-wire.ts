import { setTimeout as sleep } from 'node:timers/promises';
import type { Choices } from '../choices.ts';
import type { Target } from '../proxy/wire-call.ts';
import type { WireFault } from '../proxy/wire-fault.ts';
import type { Injection } from './injection.ts';

/** A fault of the network. */
export type WireFaultKind = WireFault['kind'];

/** Puts a fault on the wire to a target; its rate changes twice while it lasts. */
export async function disturbWire(
  kind: WireFaultKind,
  target: Target,
  { stack, log, choices, seconds }: Injection,
): Promise<void> {
  const rates = ratesOf(kind, choices);
  for (const percent of rates) {
    const remove = stack.proxies.wire.add({
      target,
      fault: wireFault(kind, percent),
      choices,
      onHit: (call, what) => log.addCall(call, what),
    });
    await sleep((seconds * 1000) / rates.length);
    remove();
  }
}

/** Errors go up to 100 % and down again; what makes calls slow or twofold must let some through. */
function ratesOf(kind: WireFaultKind, choices: Choices): readonly number[] {
  switch (kind) {
    case 'errors':
      return [choices.between(20, 60), 100, choices.between(10, 80)];
    case 'lost reply':
      return [choices.between(20, 60), choices.between(60, 100), choices.between(20, 60)];
    case 'latency':
    case 'duplicates':
      return [choices.between(30, 60), choices.between(50, 100), choices.between(30, 60)];
  }
}

/** Beyond every deadline of the stack at its longest (gRPC 5 s), so that some calls arrive after their undo. */
const MOST_LATENCY_MS = 6_000;
const MOST_REPEAT_MS = 4_000;

function wireFault(kind: WireFaultKind, percent: number): WireFault {
  switch (kind) {
    case 'latency':
      return { kind, percent, most_ms: MOST_LATENCY_MS };
    case 'duplicates':
      return { kind, percent, most_ms: MOST_REPEAT_MS };
    case 'errors':
    case 'lost reply':
      return { kind, percent };
  }
}
