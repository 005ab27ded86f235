import { EvaluationLimitError } from './evaluation-limit.ts';

/**
 * No value may be larger, written out as JSON: a value that holds another twice counts it twice. So everything that
 * walks through a value comes to an end, as `{"a": $x, "b": $x}` thirty times over would not.
 */
const HEAVIEST = 2 ** 21;

/** Smaller ones are counted again each time: remembering them costs more. */
const WORTH_REMEMBERING = 32;

/** How large values are: 1 for each value in it and 1 for every 32 characters. */
export class Weights {
  readonly #spend: (work: number) => void;
  /** Made when there is something to remember: most evaluations have nothing that large. */
  #known: WeakMap<object, number> | undefined;

  /** @param spend told of the work that counting makes */
  constructor(spend: (work: number) => void) {
    this.#spend = spend;
  }

  /** @throws {EvaluationLimitError} larger than any value may be */
  of(value: unknown): number {
    const weight = this.#count(value);
    if (weight > HEAVIEST) {
      throw new EvaluationLimitError('D2014');
    }
    return weight;
  }

  forget(): void {
    this.#known = undefined;
  }

  #count(value: unknown): number {
    if (typeof value === 'string') {
      return 1 + (value.length >> 5);
    }
    if (typeof value !== 'object' || value === null || '_jsonata_function' in value || '_jsonata_lambda' in value) {
      return 1;
    }
    const known = this.#known?.get(value);
    if (known !== undefined) {
      return known;
    }
    const weight = Array.isArray(value) ? this.#sum(value) : this.#members(value);
    if (weight > WORTH_REMEMBERING) {
      this.#known ??= new WeakMap();
      this.#known.set(value, weight);
    }
    return weight;
  }

  #sum(values: readonly unknown[]): number {
    this.#spend(values.length);
    let weight = 1;
    for (const value of values) {
      weight += this.#count(value);
    }
    if (weight > HEAVIEST) {
      throw new EvaluationLimitError('D2014');
    }
    return weight;
  }

  #members(value: object): number {
    const entries = Object.entries(value);
    let weight = this.#sum(entries.map(([, member]) => member));
    for (const [name] of entries) {
      weight += name.length >> 5;
    }
    return weight;
  }
}
