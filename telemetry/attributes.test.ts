import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as stable from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { ATTRIBUTES } from './attributes.ts';

const NAMES: readonly string[] = Object.values(ATTRIBUTES);
const OWN = NAMES.filter((name) => /^(order|saga|payment)\./.test(name));
const PAGE = readFileSync(join(import.meta.dirname, '..', 'docs', 'telemetry.md'), 'utf8');

test('an attribute that is not our own is one of OpenTelemetry’s semantic conventions', () => {
  const conventions = new Set<unknown>(Object.values<unknown>(stable));
  for (const each of Object.values<unknown>(incubating)) {
    conventions.add(each);
  }
  const others = NAMES.filter((name) => !OWN.includes(name));
  expect(others.length).toBeGreaterThan(10);
  expect(others.filter((name) => !conventions.has(name))).toEqual([]);
});

test('docs/telemetry.md lists exactly our own attributes', () => {
  const listed = [...PAGE.matchAll(/^\| `([a-z_]+(?:\.[a-z_]+)+)` \|/gm)].map(([, name = '']) => name);
  expect(listed.toSorted()).toEqual(OWN.toSorted());
});
