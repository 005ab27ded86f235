import { expect, test } from '@jest/globals';
import { JavaRandom } from './randomness.ts';

test('the first numbers of seed 42 are those of java.util.Random', () => {
  expect(new JavaRandom(42).nextDouble()).toBe(0.7275636800328681);
  const random = new JavaRandom(42);
  expect([random.nextInt(10), random.nextInt(10), random.nextInt(10)]).toStrictEqual([0, 3, 8]);
  expect(new JavaRandom(42).nextInt(16)).toBe(11);
});

test('any number is a seed', () => {
  for (const seed of [-1, 0, 1.9, 2 ** 40]) {
    expect(new JavaRandom(seed).nextDouble()).toBe(new JavaRandom(Math.trunc(seed)).nextDouble());
  }
});
