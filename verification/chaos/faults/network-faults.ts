import { setTimeout as sleep } from 'node:timers/promises';
import type { Choices } from '../choices.ts';
import type { Target } from '../proxy/network-call.ts';
import type { NetworkFault } from '../proxy/network-fault.ts';
import type { Injection } from './injection.ts';

/** A kind of network fault. */
export type NetworkFaultKind = NetworkFault['kind'];

/** Puts a fault on the network to a target. Its rate changes twice while it lasts. */
export async function disturbNetwork(
  kind: NetworkFaultKind,
  target: Target,
  { stack, log, choices, seconds }: Injection,
): Promise<void> {
  const rates = ratesOf(kind, choices);
  for (const percent of rates) {
    const remove = stack.proxies.network.add({
      target,
      fault: faultOf(kind, percent),
      choices,
      onHit: (call, what) => log.addCall(call, what),
    });
    await sleep((seconds * 1000) / rates.length);
    remove();
  }
}

/** Errors rise to 100 % and fall again; delays and duplicates must leave some calls alone. */
function ratesOf(kind: NetworkFaultKind, choices: Choices): readonly number[] {
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

/** Beyond the longest deadline of the stack (gRPC, 5 s), so that some calls arrive after their compensation. */
const MAX_LATENCY_MS = 6_000;
const MAX_REPEAT_MS = 4_000;

function faultOf(kind: NetworkFaultKind, percent: number): NetworkFault {
  switch (kind) {
    case 'latency':
      return { kind, percent, maxMs: MAX_LATENCY_MS };
    case 'duplicates':
      return { kind, percent, maxMs: MAX_REPEAT_MS };
    case 'errors':
    case 'lost reply':
      return { kind, percent };
  }
}
