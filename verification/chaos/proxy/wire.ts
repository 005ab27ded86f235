import { setTimeout as sleep } from 'node:timers/promises';
import type { WirePoint } from '../faults/points.ts';
import { TokenOrders } from './token-orders.ts';
import { hasEffect, targetOfLink, type WireCall } from './wire-call.ts';
import { drawFate, type Fate, type Refusal, type WireRule } from './wire-fault.ts';

/** How a proxy carries one call to the part it stands before. */
export interface Delivery<Reply> {
  /** @param alone whether the caller may have given up: then the call must go on without it */
  readonly deliver: (alone: boolean) => Promise<Reply>;
  readonly hasFailed: (reply: Reply) => boolean;
  /** Whether the reply shows that the part has got the call. */
  readonly hasArrived: (reply: Reply) => boolean;
}

/** What the caller gets to hear. */
export type Carried<Reply> =
  /** `onForwarded` is to be called once the caller has been given the reply. */
  | { readonly kind: 'replied'; readonly reply: Reply; readonly onForwarded: () => void }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'lost' };

/** Does what must be done at a point of a saga; called once. */
export type AtPoint = (call: WireCall) => Promise<void>;

interface ArmedPoint {
  readonly point: WirePoint;
  readonly touches: (call: WireCall) => boolean;
  readonly act: AtPoint;
}

/** A shorter delay changes nothing for anybody. */
const NOTICEABLE_MS = 500;
/** Longer than any proxy waits for the part behind it. */
const QUIET_WITHIN_MS = 90_000;

/** All that passes between the parts of the stack: the faults that befall it, and the points at which something is done. */
export class Wire {
  readonly #rules = new Set<WireRule>();
  readonly #armed = new Set<ArmedPoint>();
  readonly #underway = new Set<Promise<unknown>>();
  readonly #tokens = new TokenOrders();

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

  /** Takes every fault and every point back. */
  heal(): void {
    this.#rules.clear();
    this.#armed.clear();
  }

  /** Carries a call with whatever befalls it. */
  carry<Reply>(call: WireCall, delivery: Delivery<Reply>): Promise<Carried<Reply>> {
    return this.#watched(this.#carry(this.#tokens.identified(call), delivery));
  }

  /**
   * Resolves once all that is on its way now has arrived, what nobody waits for any more included.
   *
   * @throws {Error} something is still on its way when the time is over
   */
  async quiet(within_ms = QUIET_WITHIN_MS): Promise<void> {
    const late = sleep(within_ms, 'late', { ref: false });
    const outcome = await Promise.race([Promise.allSettled(this.#underway), late]);
    if (outcome === 'late') {
      throw new Error(`A call was still on its way after ${within_ms / 1000} s`);
    }
  }

  async #carry<Reply>(call: WireCall, delivery: Delivery<Reply>): Promise<Carried<Reply>> {
    await this.#pass(call, 'arrived');
    const rules = [...this.#rules].filter(({ target }) => target === targetOfLink[call.link]);
    const { delay, refused, lost, again } = drawFate(rules, call);
    if (delay !== undefined) {
      await sleep(delay.ms);
    }
    if (refused !== undefined) {
      refused.hit();
      return { kind: 'refused', refusal: refused.refusal };
    }
    const alone = delay !== undefined || lost !== undefined;
    const delivered = delivery.deliver(alone);
    if (again !== undefined) {
      this.#deliverAgain(call, delivery, delivered, again);
    }
    const reply = await delivered;
    if (delay !== undefined && delay.ms >= NOTICEABLE_MS && delivery.hasArrived(reply)) {
      delay.hit();
    }
    const hasFailed = delivery.hasFailed(reply);
    const onForwarded = await this.#pass(call, hasFailed ? 'failed' : 'answered');
    if (lost === undefined) {
      return { kind: 'replied', reply, onForwarded };
    }
    if (!hasFailed && hasEffect(call)) {
      lost.hit();
    }
    onForwarded();
    return { kind: 'lost' };
  }

  #deliverAgain<Reply>(
    call: WireCall,
    { deliver, hasArrived }: Delivery<Reply>,
    first: Promise<Reply>,
    { ms, hit }: NonNullable<Fate['again']>,
  ): void {
    const twice = async () => {
      await sleep(ms);
      const replies = [await deliver(true), await first];
      if (replies.every(hasArrived) && hasEffect(call)) {
        hit();
      }
    };
    // Nobody hears of this answer, so nobody hears of its failure either; a failed delivery is no hit.
    this.#watched(twice()).catch(() => undefined);
  }

  #watched<Result>(way: Promise<Result>): Promise<Result> {
    this.#underway.add(way);
    const done = () => this.#underway.delete(way);
    way.then(done, done);
    return way;
  }

  /** Does what is to be done while the call stands still, and returns what is to be done once the reply is forwarded. */
  async #pass(call: WireCall, phase: WirePoint['phase']): Promise<() => void> {
    for (const armed of this.#armed) {
      if (armed.point.phase !== phase || !armed.point.isAt(call) || !armed.touches(call)) {
        continue;
      }
      this.#armed.delete(armed);
      if (!armed.point.holds) {
        return () => void armed.act(call);
      }
      await armed.act(call);
      break;
    }
    return () => {};
  }
}
