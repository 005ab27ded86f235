import type { Choices } from '../choices.ts';
import type { WireCall } from '../proxy/wire-call.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';
import type { FaultLog } from './fault-log.ts';

/** What a fault is injected into. */
export interface Injection {
  readonly stack: StackUnderChaos;
  readonly log: FaultLog;
  readonly choices: Choices;
  /** How long the faults go on. */
  readonly seconds: number;
  /** Whether a call is about an order of this cell. */
  readonly isOurs: (call: WireCall) => boolean;
  /** Whether every order that was to come has ended or is parked. */
  readonly isOver: () => Promise<boolean>;
}

/** How long a process stands still. */
export function standstill(choices: Choices): number {
  return choices.between(1_500, 4_000);
}
