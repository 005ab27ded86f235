import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Choices } from '../choices.ts';
import type { WireCall } from '../proxy/wire-call.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';
import type { FaultLog } from './fault-log.ts';
import type { ProcessFault } from './process-fault.ts';

/** What a fault is injected into. */
export interface Injection {
  readonly stack: StackUnderChaos;
  readonly log: FaultLog;
  readonly choices: Choices;
  /** Choices of their own for faults that happen at the same time, so that none depends on how another one's calls came. */
  readonly choicesFor: (part: string) => Choices;
  /** How long the faults go on. */
  readonly seconds: number;
  /** What Step Functions has written down about an order's saga by now, asked for past the proxies. */
  readonly historyOf: (order_id: string) => Promise<readonly HistoryEvent[]>;
  /** Whether a call is about an order of this cell. */
  readonly isOurs: (call: WireCall) => boolean;
  /** Whether every order that was to come has ended or is parked. */
  readonly isOver: () => Promise<boolean>;
}

/** How long a process stands still: sometimes beyond the longest deadline of a call (gRPC, 5 s), sometimes not. */
const STANDSTILL_MS = { least: 1_500, most: 8_000 } as const;

/** Draws what is to befall a process. */
export function processFault(kind: 'kill -9' | 'SIGSTOP', choices: Choices): ProcessFault {
  switch (kind) {
    case 'kill -9':
      return { kind };
    case 'SIGSTOP':
      return { kind, ms: choices.between(STANDSTILL_MS.least, STANDSTILL_MS.most) };
  }
}
