const MASK = (1n << 48n) - 1n;
const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;

/** The generator of `java.util.Random`, whose numbers AWS answers for a seeded `$random` and `States.MathRandom`. */
export class JavaRandom {
  #state: bigint;

  constructor(seed: number) {
    this.#state = (BigInt(Math.trunc(seed)) ^ MULTIPLIER) & MASK;
  }

  #next(bits: bigint): bigint {
    this.#state = (this.#state * MULTIPLIER + INCREMENT) & MASK;
    return this.#state >> (48n - bits);
  }

  /** At least 0, below 1. */
  nextDouble(): number {
    return Number((this.#next(26n) << 27n) + this.#next(27n)) / 2 ** 53;
  }

  /** At least 0, below `bound`, which is a positive 32-bit integer. */
  nextInt(bound: number): number {
    if ((bound & -bound) === bound) {
      return Number((BigInt(bound) * this.#next(31n)) >> 31n);
    }
    for (;;) {
      const bits = Number(this.#next(31n));
      const value = bits % bound;
      if (bits - value + (bound - 1) <= 0x7fffffff) {
        return value;
      }
    }
  }
}
