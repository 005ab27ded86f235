import { createHash } from 'node:crypto';

/** Random values of one evaluation, derived from the entropy of its scope. The same scope draws the same values. */
export class Draws {
  readonly #source: { readonly entropy: string };
  readonly #purpose: string;
  #drawn = 0;

  /**
   * @param source Its entropy is read at the first draw.
   * @param purpose Distinguishes evaluations that share an entropy: the state and field.
   */
  constructor(source: { readonly entropy: string }, purpose: string) {
    this.#source = source;
    this.#purpose = purpose;
  }

  /** 32 bytes, different at every call. */
  bytes(): Buffer {
    return createHash('sha256')
      .update(`${this.#source.entropy}\n${this.#purpose}\n${this.#drawn++}`)
      .digest();
  }

  /** At least 0, below 1. */
  fraction(): number {
    return Number(this.bytes().readBigUInt64BE() >> 11n) / 2 ** 53;
  }

  /** A version 4 UUID. */
  uuid(): string {
    const bytes = this.bytes().subarray(0, 16);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
}

const MASK = (1n << 48n) - 1n;
const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;

/** The generator of `java.util.Random`, which AWS uses for a seeded `$random` and `States.MathRandom`. */
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
