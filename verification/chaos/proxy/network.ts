import { setTimeout as sleep } from 'node:timers/promises';
import type { SagaPoint } from '../faults/saga-points.ts';
import { hasEffect, type NetworkCall, TARGET_OF_LINK, TokenOrders } from './network-call.ts';
import { type DrawnFaults, drawFaults, type FaultRule, type Refusal } from './network-fault.ts';

/** How a proxy delivers one call to the part behind it. */
export interface Delivery<Reply> {
  /** @param detached whether the caller may have given up: the call must then go on without it */
  readonly deliver: (detached: boolean) => Promise<Reply>;
  readonly hasFailed: (reply: Reply) => boolean;
  /** Whether the reply proves that the part has received the call. */
  readonly hasArrived: (reply: Reply) => boolean;
}

/** What the caller gets. */
export type CallOutcome<Reply> =
  /** `onForwarded` must be called once the caller has the reply. */
  | { readonly kind: 'replied'; readonly reply: Reply; readonly onForwarded: () => void }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'lost' };

/** An action at a point of a saga; it runs once. */
export type PointAction = (call: NetworkCall) => Promise<void>;

interface ArmedPoint {
  readonly point: SagaPoint;
  readonly appliesTo: (call: NetworkCall) => boolean;
  readonly act: PointAction;
}

/** A shorter delay has no consequence. */
const NOTICEABLE_MS = 500;
/** Longer than any proxy waits for the part behind it. */
const DRAIN_WITHIN_MS = 90_000;

/**
 * The network between the parts of the stack. Every proxy sends its calls over it, and it injects the faults.
 *
 *     const remove = network.add({ target: 'payment', fault: { kind: 'lost reply', percent: 50 }, choices, onHit });
 *     ...
 *     remove();
 */
export class Network {
  readonly #rules = new Set<FaultRule>();
  readonly #armed = new Set<ArmedPoint>();
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #tokens = new TokenOrders();

  /** Adds a fault. The returned function removes it. */
  add(rule: FaultRule): () => void {
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  /** Runs an action the next time that a selected call is at the point. The returned function cancels that. */
  arm(point: SagaPoint, appliesTo: (call: NetworkCall) => boolean, act: PointAction): () => void {
    const armed = { point, appliesTo, act };
    this.#armed.add(armed);
    return () => this.#armed.delete(armed);
  }

  /** Removes every fault and every armed point. */
  heal(): void {
    this.#rules.clear();
    this.#armed.clear();
  }

  /** Carries a call, with the faults that happen to it. */
  carry<Reply>(call: NetworkCall, delivery: Delivery<Reply>): Promise<CallOutcome<Reply>> {
    return this.#tracked(this.#carry(this.#tokens.identified(call), delivery));
  }

  /**
   * Resolves once every call in flight has arrived, including calls whose callers have given up.
   *
   * @throws {Error} a call is still in flight when the time is over
   */
  async drain(withinMs = DRAIN_WITHIN_MS): Promise<void> {
    const late = sleep(withinMs, 'late', { ref: false });
    const outcome = await Promise.race([Promise.allSettled(this.#inFlight), late]);
    if (outcome === 'late') {
      throw new Error(`A call was still in flight after ${withinMs / 1000} s`);
    }
  }

  async #carry<Reply>(call: NetworkCall, delivery: Delivery<Reply>): Promise<CallOutcome<Reply>> {
    await this.#pass(call, 'arrived');
    const rules = [...this.#rules].filter(({ target }) => target === TARGET_OF_LINK[call.link]);
    const { delay, refused, lost, again } = drawFaults(rules, call);
    if (delay !== undefined) {
      await sleep(delay.ms);
    }
    if (refused !== undefined) {
      refused.hit();
      return { kind: 'refused', refusal: refused.refusal };
    }
    const detached = delay !== undefined || lost !== undefined;
    const delivered = delivery.deliver(detached);
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
    call: NetworkCall,
    { deliver, hasArrived }: Delivery<Reply>,
    first: Promise<Reply>,
    { ms, hit }: NonNullable<DrawnFaults['again']>,
  ): void {
    const twice = async () => {
      await sleep(ms);
      const replies = [await deliver(true), await first];
      if (replies.every(hasArrived) && hasEffect(call)) {
        hit();
      }
    };
    // Nobody waits for the second reply. A second delivery that fails is no hit.
    this.#tracked(twice()).catch(() => undefined);
  }

  #tracked<Result>(call: Promise<Result>): Promise<Result> {
    this.#inFlight.add(call);
    const done = () => this.#inFlight.delete(call);
    call.then(done, done);
    return call;
  }

  /** Runs the action of a point that holds its call. Returns an action that must wait until the reply is forwarded. */
  async #pass(call: NetworkCall, phase: SagaPoint['phase']): Promise<() => void> {
    for (const armed of this.#armed) {
      if (armed.point.phase !== phase || !armed.point.matches(call) || !armed.appliesTo(call)) {
        continue;
      }
      this.#armed.delete(armed);
      if (!armed.point.holdsCall) {
        return () => void armed.act(call);
      }
      await armed.act(call);
      break;
    }
    return () => {};
  }
}
