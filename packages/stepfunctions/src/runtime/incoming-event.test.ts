import { describe, expect, test } from '@jest/globals';
import { Entropy } from '../core/entropy.ts';
import { entropy } from './incoming-event.ts';

describe('an event’s entropy', () => {
  test('an event’s entropy has 256 bits that all vary', () => {
    const drawn = Array.from({ length: 4_096 }, () => entropy());
    const [always, ever] = drawn.reduce(
      ([all, any], digits) => {
        expect(digits).toMatch(/^[0-9a-f]{64}$/);
        const bits = BigInt(`0x${digits}`);
        return [all & bits, any | bits];
      },
      [2n ** 256n - 1n, 0n],
    );
    expect(always).toBe(0n);
    expect(ever).toBe(2n ** 256n - 1n);
  });

  test('an event’s entropy never repeats', () => {
    const drawn = Array.from({ length: 20_000 }, () => entropy());
    expect(new Set(drawn).size).toBe(drawn.length);
    const halves = drawn.flatMap((digits) => [digits.slice(0, 32), digits.slice(32)]);
    expect(new Set(halves).size).toBe(halves.length);
  });
});

describe('a task token', () => {
  test('a task token is long enough for its 256 bits', () => {
    const token = new Entropy(entropy()).token();
    expect(Buffer.from(token, 'base64')).toHaveLength(64);
  });

  test('a task token differs in each event and with each draw', () => {
    const tokens = Array.from({ length: 1_000 }, () => {
      const source = new Entropy(entropy());
      return [source.token(), source.token()];
    }).flat();
    expect(new Set(tokens).size).toBe(2_000);
  });

  test('a task token depends on all of the entropy, not on half of it', () => {
    const digits = entropy();
    const token = new Entropy(digits).token();
    expect(new Entropy(digits).token()).toBe(token);
    expect(new Entropy(digits.slice(0, 32)).token()).not.toBe(token);
    expect(new Entropy(`${'0'.repeat(32)}${digits.slice(32)}`).token()).not.toBe(token);
  });
});
