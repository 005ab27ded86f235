import type { Choices } from '../choices.ts';
import type { NetworkCall, Target } from './network-call.ts';

/** What the network does to calls. Percentages are 0 to 100. */
export type NetworkFault =
  /** The call is delivered up to `maxMs` later, even when its caller has given up by then. */
  | { readonly kind: 'latency'; readonly percent: number; readonly maxMs: number }
  /** The call fails before it has any effect. */
  | { readonly kind: 'errors'; readonly percent: number }
  /** The call has its effect, but the caller gets no reply. */
  | { readonly kind: 'lost reply'; readonly percent: number }
  /** The call is delivered once more, up to `maxMs` later; the second reply is dropped. */
  | { readonly kind: 'duplicates'; readonly percent: number; readonly maxMs: number };

/** A fault of the calls to one target. */
export interface FaultRule {
  readonly target: Target;
  readonly fault: NetworkFault;
  /** Selects calls; all of them where absent. */
  readonly appliesTo?: (call: NetworkCall) => boolean;
  readonly choices: Choices;
  /** Called once the fault has really happened to a call, and only where it can do harm. */
  readonly onHit: (call: NetworkCall, what: string) => void;
}

/** How a call is refused: by a broken connection, an error of the server, or throttling. */
export type Refusal = 'reset' | 'server error' | 'throttled';

/** Called when a drawn fault has really happened. */
type Hit = () => void;

/** The faults drawn for one call. */
export interface DrawnFaults {
  readonly delay?: { readonly ms: number; readonly hit: Hit };
  readonly refused?: { readonly refusal: Refusal; readonly hit: Hit };
  readonly lost?: { readonly hit: Hit };
  /** The call is delivered once more after so many milliseconds. */
  readonly again?: { readonly ms: number; readonly hit: Hit };
}

const REFUSALS: readonly Refusal[] = ['reset', 'server error', 'throttled'];

/** Draws the faults of a call from the rules that apply to it. The later of two rules of one kind wins. */
export function drawFaults(rules: readonly FaultRule[], call: NetworkCall): DrawnFaults {
  let drawn: DrawnFaults = {};
  for (const { fault, choices, appliesTo, onHit } of rules) {
    if (appliesTo?.(call) === false || !choices.happens(fault.percent)) {
      continue;
    }
    switch (fault.kind) {
      case 'latency': {
        const ms = choices.between(1, fault.maxMs);
        drawn = { ...drawn, delay: { ms, hit: () => onHit(call, `delivered ${ms} ms late`) } };
        break;
      }
      case 'errors': {
        const refusal = choices.pick(REFUSALS);
        drawn = { ...drawn, refused: { refusal, hit: () => onHit(call, `not delivered: ${refusal}`) } };
        break;
      }
      case 'lost reply':
        drawn = { ...drawn, lost: { hit: () => onHit(call, 'delivered, its reply lost') } };
        break;
      case 'duplicates': {
        const ms = choices.between(0, fault.maxMs);
        drawn = { ...drawn, again: { ms, hit: () => onHit(call, `delivered again ${ms} ms later`) } };
        break;
      }
    }
  }
  return drawn;
}
