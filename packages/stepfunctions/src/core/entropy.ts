import { hash } from 'node:crypto';

/** Random values derived from an event's entropy in a fixed order. A replayed step draws the same values. */
export class Entropy {
  readonly #seed: string;
  #drawn = 0;

  /** @param seed hexadecimal digits, as an event brings them */
  constructor(seed: string) {
    this.#seed = seed;
  }

  /** 64 hexadecimal digits, different at every call. */
  digits(): string {
    this.#drawn += 1;
    return hash('sha256', `${this.#seed}:${this.#drawn}`);
  }

  /** A random (version 4) UUID. */
  uuid(): string {
    const hex = this.digits();
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      variant + hex.slice(17, 20),
      hex.slice(20, 32),
    ].join('-');
  }

  /** A task token that cannot be guessed. */
  token(): string {
    return Buffer.from(this.digits() + this.digits(), 'hex').toString('base64');
  }

  /** A number from 0 up to, not including, 1. */
  fraction(): number {
    return Number.parseInt(this.digits().slice(0, 12), 16) / 2 ** 48;
  }
}
