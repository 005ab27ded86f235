import type { WireCall } from '../proxy/wire-call.ts';
import { targetOfLink } from '../proxy/wire-call.ts';
import type { FaultEvent } from './fault-event.ts';

/** The faults that really happened in one cell. */
export class FaultLog {
  readonly events: FaultEvent[] = [];

  /** Writes down what befell a process. */
  add(event: FaultEvent): void {
    this.events.push(event);
  }

  /** Writes down what befell a call. */
  addCall({ link, operation, order_id }: WireCall, what: string): void {
    this.events.push({
      at: new Date().toISOString(),
      target: targetOfLink[link],
      what: `${link} ${operation}: ${what}`,
      ...(order_id === undefined ? {} : { order_id }),
    });
  }
}
