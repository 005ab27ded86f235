import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Choices } from '../choices.ts';
import { type NetworkCall, TARGET_OF_LINK, type Target } from '../proxy/network-call.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';

/** One fault that really happened. */
export interface FaultEvent {
  /** ISO 8601. */
  readonly at: string;
  /** ISO 8601; when the process was back. Absent for a fault of one call. */
  readonly until?: string;
  readonly target: Target;
  /** What happened, for people. */
  readonly what: string;
  /** The order whose call was hit, or whose saga was at the chosen point. */
  readonly order_id?: string;
  /** Present where the fault waited for a point: that order's saga must have been in one of these states. */
  readonly states?: readonly string[];
  /** Present where that saga must also have waited for the retry of its task. */
  readonly inRetryWait?: boolean;
}

/** The faults that really happened in one cell. */
export class FaultLog {
  readonly events: FaultEvent[] = [];

  /** Records a fault of a process. */
  add(event: FaultEvent): void {
    this.events.push(event);
  }

  /** Records a fault of a call. */
  addCall({ link, operation, order_id }: NetworkCall, what: string): void {
    this.events.push({
      at: new Date().toISOString(),
      target: TARGET_OF_LINK[link],
      what: `${link} ${operation}: ${what}`,
      ...(order_id === undefined ? {} : { order_id }),
    });
  }
}

/** The context of one injected fault. */
export interface Injection {
  readonly stack: StackUnderChaos;
  readonly log: FaultLog;
  readonly choices: Choices;
  /** Separate choices for faults that happen at the same time, so that none depends on the calls of another. */
  readonly choicesFor: (part: string) => Choices;
  /** How long the faults last. */
  readonly seconds: number;
  /** The execution history of an order's saga so far, read past the proxies. */
  readonly historyOf: (order_id: string) => Promise<readonly HistoryEvent[]>;
  /** Whether a call is about an order of this cell. */
  readonly isOurs: (call: NetworkCall) => boolean;
  /** Whether every expected order has ended or is parked. */
  readonly isOver: () => Promise<boolean>;
}
