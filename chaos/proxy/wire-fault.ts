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
  /** Told of every call that the fault befell. */
  readonly onHit: (call: WireCall, what: string) => void;
}

/** How a call is refused: by a broken connection, an error of the server, or an error that says "not now". */
export type Refusal = 'reset' | 'server error' | 'throttled';

/** What befalls one call. */
export interface Fate {
  readonly delay_ms: number;
  readonly refusal?: Refusal;
  readonly loses_reply: boolean;
  /** Milliseconds after which it is delivered again. */
  readonly again_after_ms?: number;
}

const refusals: readonly Refusal[] = ['reset', 'server error', 'throttled'];

/** Draws what befalls a call from the rules that touch it, and tells each rule that hit. */
export function drawFate(rules: readonly WireRule[], call: WireCall): Fate {
  let fate: Fate = { delay_ms: 0, loses_reply: false };
  for (const { fault, choices, touches, onHit } of rules) {
    if (touches?.(call) === false || !choices.happens(fault.percent)) continue;
    switch (fault.kind) {
      case 'latency': {
        const delay_ms = choices.between(1, fault.most_ms);
        onHit(call, `delivered ${delay_ms} ms late`);
        fate = { ...fate, delay_ms: fate.delay_ms + delay_ms };
        break;
      }
      case 'errors': {
        const refusal = choices.pick(refusals);
        onHit(call, `not delivered: ${refusal}`);
        fate = { ...fate, refusal };
        break;
      }
      case 'lost reply':
        onHit(call, 'delivered, its reply lost');
        fate = { ...fate, loses_reply: true };
        break;
      case 'duplicates': {
        const again_after_ms = choices.between(0, fault.most_ms);
        onHit(call, `delivered again ${again_after_ms} ms later`);
        fate = { ...fate, again_after_ms };
        break;
      }
    }
  }
  return fate;
}
