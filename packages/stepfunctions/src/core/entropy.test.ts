import { expect, test } from '@jest/globals';
import { Entropy } from './entropy.ts';

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The first of everything that an entropy draws. */
function drawn(seed: string) {
  const entropy = new Entropy(seed);
  return [entropy.digits(), entropy.uuid(), entropy.token(), entropy.fraction()];
}

test('a replayed step draws the same values, and a step with another seed none of them', () => {
  expect(drawn('ab12')).toEqual(drawn('ab12'));
  const others = drawn('ab13');
  expect(drawn('ab12').filter((value) => others.includes(value))).toEqual([]);
});

test('no two draws of a step are alike: tasks, tokens and child executions are told apart by them', () => {
  const entropy = new Entropy('seed');
  const draws = Array.from({ length: 50 }, () => [entropy.digits(), entropy.uuid(), entropy.token()]).flat();
  expect(new Set(draws).size).toBe(150);
});

test('a UUID is one of version 4, and a token has 64 bytes', () => {
  const entropy = new Entropy('seed');
  const uuids = Array.from({ length: 50 }, () => entropy.uuid());
  expect(uuids.filter((uuid) => !UUID_4.test(uuid))).toEqual([]);
  expect(Buffer.from(entropy.token(), 'base64')).toHaveLength(64);
});

test('fractions lie between 0 and 1, in both halves and near both ends', () => {
  const entropy = new Entropy('seed');
  const fractions = Array.from({ length: 1_000 }, () => entropy.fraction()).sort((left, right) => left - right);
  const [least = 1, most = 0] = [fractions[0], fractions.at(-1)];
  expect([least >= 0, least < 0.01, most > 0.99, most < 1]).toEqual([true, true, true, true]);
  expect(Math.abs(fractions.filter((fraction) => fraction < 0.5).length - 500)).toBeLessThan(100);
});
