import type { Choices } from '../choices.ts';
import type { Target, WireCall } from './wire-call.ts';

/** What the network does to calls. Percentages are 0 to 100. */
export type WireFault =
  /** Each call is delivered later, by up to so many milliseconds; also when its caller has given up by then. */
  | { readonly kind: 'latency'; readonly percent: number; readonly most_ms: number }
  /** The call fails before it has any effect. */
  | { readonly kind: 'errors'; readonly percent: number }
  /** The call has its effect, and the caller never hears. */
  | { readonly kind: 'lost reply'; readonly percent: number }
  /** The call is delivered once more, up to so many milliseconds later; nobody hears that answer. */
  | { readonly kind: 'duplicates'; readonly percent: number; readonly most_ms: number };

/** A fault on its way to one target. */
export interface WireRule {
  readonly target: Target;
  readonly fault: WireFault;
  /** Which calls; all where absent. */
  readonly touches?: (call: WireCall) => boolean;
  readonly choices: Choices;
  /** Told of every call that the fault has befallen, once it has, and only where it can have done harm. */
  readonly onHit: (call: WireCall, what: string) => void;
}

/** How a call is refused: by a broken connection, an error of the server, or an error that says "not now". */
export type Refusal = 'reset' | 'server error' | 'throttled';

/** Told when what was drawn has really happened. */
type Hit = () => void;

/** What is to befall one call. */
export interface Fate {
  readonly delay?: { readonly ms: number; readonly hit: Hit };
  readonly refused?: { readonly refusal: Refusal; readonly hit: Hit };
  readonly lost?: { readonly hit: Hit };
  /** It is delivered once more after so many milliseconds. */
  readonly again?: { readonly ms: number; readonly hit: Hit };
}

const refusals: readonly Refusal[] = ['reset', 'server error', 'throttled'];

/** Draws what is to befall a call from the rules that touch it; of two rules of one kind the later one counts. */
export function drawFate(rules: readonly WireRule[], call: WireCall): Fate {
  let fate: Fate = {};
  for (const { fault, choices, touches, onHit } of rules) {
    if (touches?.(call) === false || !choices.happens(fault.percent)) {
      continue;
    }
    switch (fault.kind) {
      case 'latency': {
        const ms = choices.between(1, fault.most_ms);
        fate = { ...fate, delay: { ms, hit: () => onHit(call, `delivered ${ms} ms late`) } };
        break;
      }
      case 'errors': {
        const refusal = choices.pick(refusals);
        fate = { ...fate, refused: { refusal, hit: () => onHit(call, `not delivered: ${refusal}`) } };
        break;
      }
      case 'lost reply':
        fate = { ...fate, lost: { hit: () => onHit(call, 'delivered, its reply lost') } };
        break;
      case 'duplicates': {
        const ms = choices.between(0, fault.most_ms);
        fate = { ...fate, again: { ms, hit: () => onHit(call, `delivered again ${ms} ms later`) } };
        break;
      }
    }
  }
  return fate;
}
