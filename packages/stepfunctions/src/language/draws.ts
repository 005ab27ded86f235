import { createHash } from 'node:crypto';

/** Random bytes for one evaluation, derived from the entropy its scope brought: the same scope draws the same bytes. */
export class Draws {
  readonly #source: { readonly entropy: string };
  readonly #purpose: string;
  #drawn = 0;

  /**
   * @param source Its entropy is read with the first draw, if there is one.
   * @param purpose Tells apart the evaluations that share an entropy: the state and field.
   */
  constructor(source: { readonly entropy: string }, purpose: string) {
    this.#source = source;
    this.#purpose = purpose;
  }

  /** 32 bytes, others with every call. */
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
