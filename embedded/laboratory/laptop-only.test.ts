import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseYaml } from '../../tests/support/yaml.ts';
import { PROJECT_ROOT } from '../configuration.ts';
import { isLaboratory, LABORATORY_PATH } from '../reverse-proxy/order-api-limits.ts';

interface FunctionEntry {
  readonly events?: readonly { readonly http?: { readonly path: string } }[];
}

test('no function answers a call of the laboratory, so that AWS and LocalStack have none', () => {
  const text = readFileSync(join(PROJECT_ROOT, 'functions', 'functions.yml'), 'utf8');
  const functions = parseYaml(text) as Readonly<Record<string, FunctionEntry>>;
  const paths = Object.values(functions).flatMap(({ events = [] }) => events.flatMap(({ http }) => http?.path ?? []));
  expect(paths.length).toBeGreaterThan(20);
  // A variable in the first segment would take every path.
  expect(paths.filter((path) => isLaboratory(path) || /^\/?\{/.test(path))).toEqual([]);
  expect(isLaboratory(LABORATORY_PATH)).toBe(true);
});

test.each([
  ['/laboratory/kill', true],
  ['/laboratory', true],
  ['/laboratory-of-another', false],
  ['/orders/laboratory', false],
  [undefined, false],
])('of the paths of the API, %s being a call of the laboratory is %s', (path, expected) => {
  expect(isLaboratory(path)).toBe(expected);
});
