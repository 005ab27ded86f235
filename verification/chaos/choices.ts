import { createHash } from 'node:crypto';
import { Random } from 'resilient-stepfunctions/random';

/** Random choices that a seed and a name reproduce: a cell draws the same faults, regardless of earlier cells. */
export class Choices {
  readonly #random: Random;

  /** @param name the subject of the choices; each name has its own sequence */
  constructor(seed: number, name: string) {
    this.#random = new Random(createHash('sha256').update(`${seed}/${name}`).digest().readUInt32BE());
  }

  /** True in `percent` of 100 cases. */
  happens(percent: number): boolean {
    return this.#random.fraction() * 100 < percent;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random.fraction() * (most - least + 1));
  }

  /**
   * One of the elements.
   *
   * @throws {Error} there are none
   */
  pick<T>(from: readonly T[]): T {
    const chosen = from[this.between(0, from.length - 1)];
    if (chosen === undefined) {
      throw new Error('There is nothing to choose from');
    }
    return chosen;
  }

  /** The same elements in a random order. */
  shuffled<T>(elements: readonly T[]): readonly T[] {
    return elements
      .map((element) => ({ element, place: this.#random.fraction() }))
      .sort((one, other) => one.place - other.place)
      .map(({ element }) => element);
  }
}
