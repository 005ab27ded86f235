import { setTimeout as sleep } from 'node:timers/promises';
import type { WirePoint } from '../faults/points.ts';
import { targetOfLink, type WireCall } from './wire-call.ts';
import { drawFate, type Refusal, type WireRule } from './wire-fault.ts';

/** How a proxy carries one call to the part it stands before. */
export interface Delivery<Reply> {
  /** @param alone whether the caller may have given up: then the call must go on without it */
  readonly deliver: (alone: boolean) => Promise<Reply>;
  readonly hasFailed: (reply: Reply) => boolean;
}

/** What the caller gets to hear. */
export type Carried<Reply> =
  | { readonly kind: 'replied'; readonly reply: Reply }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'lost' };

/** Does what must be done at a point of a saga; called once. */
export type AtPoint = (call: WireCall) => Promise<void>;

interface ArmedPoint {
  readonly point: WirePoint;
  readonly touches: (call: WireCall) => boolean;
  readonly act: AtPoint;
}

/** All that passes between the parts of the stack: the faults that befall it, and the points at which something is done. */
export class Wire {
  readonly #rules = new Set<WireRule>();
  readonly #armed = new Set<ArmedPoint>();
  readonly #underway = new Set<Promise<unknown>>();

  /** Puts a fault on the wire until the returned function is called. */
  add(rule: WireRule): () => void {
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  /** Has something done the next time a call of `touches` is at the point. Returns what takes that back. */
  arm(point: WirePoint, touches: (call: WireCall) => boolean, act: AtPoint): () => void {
    const armed = { point, touches, act };
    this.#armed.add(armed);
    return () => this.#armed.delete(armed);
  }

  /** Carries a call with whatever befalls it. */
  carry<Reply>(call: WireCall, delivery: Delivery<Reply>): Promise<Carried<Reply>> {
    return this.#watched(this.#carry(call, delivery));
  }

  /** Resolves once all that is on its way now has arrived, what nobody waits for any more included. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.#underway);
  }

  async #carry<Reply>(call: WireCall, delivery: Delivery<Reply>): Promise<Carried<Reply>> {
    await this.#pass(call, 'arrived');
    const rules = [...this.#rules].filter(({ target }) => target === targetOfLink[call.link]);
    const { delay_ms, refusal, loses_reply, again_after_ms } = drawFate(rules, call);
    if (delay_ms > 0) await sleep(delay_ms);
    if (refusal !== undefined) return { kind: 'refused', refusal };
    if (again_after_ms !== undefined) this.#deliverAgain(delivery, again_after_ms);
    const alone = delay_ms > 0 || loses_reply;
    const reply = await delivery.deliver(alone);
    await this.#pass(call, delivery.hasFailed(reply) ? 'failed' : 'answered');
    return loses_reply ? { kind: 'lost' } : { kind: 'replied', reply };
  }

  #deliverAgain<Reply>({ deliver }: Delivery<Reply>, after_ms: number): void {
    // Nobody hears of this answer, so nobody hears of its failure either.
    this.#watched(sleep(after_ms).then(() => deliver(true))).catch(() => undefined);
  }

  #watched<Result>(way: Promise<Result>): Promise<Result> {
    this.#underway.add(way);
    const done = () => this.#underway.delete(way);
    way.then(done, done);
    return way;
  }

  async #pass(call: WireCall, phase: WirePoint['phase']): Promise<void> {
    for (const armed of this.#armed) {
      if (armed.point.phase !== phase || !armed.point.isAt(call) || !armed.touches(call)) continue;
      this.#armed.delete(armed);
      const acted = armed.act(call);
      if (armed.point.holds) await acted;
      return;
    }
  }
}
