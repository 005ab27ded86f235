import { expect, test } from '@jest/globals';
import type { Revision } from '../journal/state-machine-store.ts';
import { DefinitionCache } from './definition-cache.ts';

function revision(id: number): Revision {
  const definition = { StartAt: 'P', States: { P: { Type: 'Pass', Result: id, End: true } } };
  return { id, definition: JSON.stringify(definition) } as Revision;
}

test('a revision is parsed once while no more than five hundred are in use, and again when there are more', () => {
  const cache = new DefinitionCache();
  const first = cache.of(revision(1));
  expect(first).toMatchObject({ States: { P: { Result: 1 } } });
  for (let id = 2; id <= 500; id += 1) {
    cache.of(revision(id));
  }
  expect(cache.of(revision(1))).toBe(first);
  const latest = cache.of(revision(501));
  expect(cache.of(revision(1))).not.toBe(first);
  expect(cache.of(revision(501))).toBe(latest);
});
