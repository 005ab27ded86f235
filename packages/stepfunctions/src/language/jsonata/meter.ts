import { MatchingTime } from '../matching-time.ts';
import { EvaluationLimitError } from './evaluation-limit.ts';
import { Groups } from './groups.ts';
import type { AstNode } from './roles.ts';
import { Weights } from './weights.ts';

/** What one step of JSONata's interpreter costs; looking at an element or at 32 characters costs 1. */
export const STEP = 32;

/** Half a million steps: a second or two. Counted, not timed, so that the same expression always ends the same way. */
const WORK = 500_000 * STEP;

/** AWS: a nesting of 95 passes and 125 does not. */
const DEPTH = 125;

/** Steps that have begun, over all parts of arrays and objects that JSONata evaluates side by side. */
const DEPTH_OF_ALL = 20_000;

/** Measures one evaluation: the work it has done, how deep it is, how much its values are. */
export class Meter {
  /** What its regular expressions may take together. */
  readonly matchingTime = new MatchingTime();
  readonly groups = new Groups();
  readonly #weights = new Weights((work) => this.spend(work));
  #left: number;
  #depth = 0;
  #branches = 1;

  constructor(work = WORK) {
    this.#left = work;
  }

  /** @throws {EvaluationLimitError} it has worked enough */
  spend(work: number): void {
    this.#left -= work;
    if (!(this.#left >= 0)) {
      throw new EvaluationLimitError('D1012');
    }
  }

  /**
   * A step begins.
   *
   * @throws {EvaluationLimitError} too deep, or worked enough
   */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > Math.min(DEPTH * this.#branches, DEPTH_OF_ALL)) {
      throw new EvaluationLimitError('D1011');
    }
    this.spend(STEP);
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** So many more parts are evaluated side by side, or fewer again. Each may be as deep as one alone. */
  branch(more: number): void {
    this.#branches += more;
  }

  /** @throws {EvaluationLimitError} the value is larger than any may be */
  weigh(value: unknown): number {
    return this.#weights.of(value);
  }

  /** Somebody looks at all of a value. */
  read(value: unknown): void {
    this.spend(this.weigh(value));
  }

  /** An element joins a group; those of several groups are evaluated side by side later. */
  group(node: AstNode, name: string): void {
    const size = this.groups.join(node, name);
    if (size === 0) {
      this.branch(1);
    } else if (size !== undefined) {
      this.spend(size >> 5);
    }
  }

  /** A value has changed in place: what was weighed is weighed again. */
  changed(): void {
    this.#weights.forget();
  }
}
