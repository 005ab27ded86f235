import { createHash } from 'node:crypto';
import { Random } from 'resilient-stepfunctions/random';

/** Decisions that a seed and a name repeat exactly: the same cell draws the same faults, whatever runs before it. */
export class Choices {
  readonly #random: Random;

  /** @param name what is decided about; each name has a sequence of its own */
  constructor(seed: number, name: string) {
    this.#random = new Random(createHash('sha256').update(`${seed}/${name}`).digest().readUInt32BE());
  }

  /** Whether something that happens in so many of 100 cases happens now. */
  happens(percent: number): boolean {
    return this.#random.fraction() * 100 < percent;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random.fraction() * (most - least + 1));
  }

  /** @throws {Error} there is nothing to choose from */
  pick<T>(from: readonly T[]): T {
    const chosen = from[this.between(0, from.length - 1)];
    if (chosen === undefined) {
      throw new Error('There is nothing to choose from');
    }
    return chosen;
  }

  /** The same elements in another order. */
  shuffled<T>(elements: readonly T[]): readonly T[] {
    return elements
      .map((element) => ({ element, place: this.#random.fraction() }))
      .sort((one, other) => one.place - other.place)
      .map(({ element }) => element);
  }
}
