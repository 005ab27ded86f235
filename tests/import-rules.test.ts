import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { PROJECT_ROOT } from '../embedded/configuration.ts';

const CONFIGURATION = join(PROJECT_ROOT, '.dependency-cruiser.cjs');
const CRUISER = join(PROJECT_ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

/** An import that breaks a rule: the file that has it, and the file that it names. */
type Import = readonly [from: string, to: string];

/** For each rule some imports that break it. */
const FORBIDDEN: Readonly<Record<string, readonly Import[]>> = {
  'console-imports-allowed-rooms-only': [['console/src/a.ts', 'functions/any.ts']],
  'proto-imports-allowed-rooms-only': [['proto/a.ts', 'functions/any.ts']],
  'aws-clients-imports-allowed-rooms-only': [['aws-clients/a.ts', 'functions/any.ts']],
  'telemetry-imports-allowed-rooms-only': [['telemetry/a.ts', 'functions/any.ts']],
  'packages-imports-allowed-rooms-only': [
    ['packages/stepfunctions/src/a.ts', 'functions/any.ts'],
    ['packages/stepfunctions/src/testing/b.ts', 'tests/any.ts'],
  ],
  'statemachines-imports-allowed-rooms-only': [['statemachines/a.ts', 'verification/any.ts']],
  'infrastructure-imports-allowed-rooms-only': [['infrastructure/a.cjs', 'functions/any.ts']],
  'localstack-imports-allowed-rooms-only': [['localstack/a.ts', 'embedded/any.ts']],
  'grpc-services-imports-allowed-rooms-only': [
    ['grpc-services/a.ts', 'functions/any.ts'],
    ['grpc-services/b.ts', 'tests/any.ts'],
  ],
  'functions-imports-allowed-rooms-only': [
    ['functions/a.ts', 'grpc-services/any.ts'],
    ['functions/b.ts', 'statemachines/any.ts'],
    ['functions/c.ts', 'embedded/any.ts'],
    ['functions/d.ts', 'verification/any.ts'],
  ],
  'embedded-imports-allowed-rooms-only': [['embedded/a.ts', 'verification/any.ts']],
  'scripts-imports-allowed-rooms-only': [['scripts/a.ts', 'tests/any.ts']],
  'verification-imports-allowed-rooms-only': [
    ['verification/a.ts', 'tests/any.ts'],
    ['verification/b.ts', 'grpc-services/any.ts'],
  ],
  'functions-common-imports-no-other-folder': [['functions/common/f.ts', 'functions/clients/any.ts']],
  'functions-access-and-clients-import-only-common': [
    ['functions/access/g.ts', 'functions/clients/any.ts'],
    ['functions/clients/h.ts', 'functions/orders/any.ts'],
  ],
  'functions-orders-import-only-clients-and-common': [['functions/orders/i.ts', 'functions/http/any.ts']],
  'functions-webhooks-import-no-handler-and-no-access': [['functions/webhooks/k.ts', 'functions/http/any.ts']],
  'functions-environment-imports-no-handler': [['functions/environment.ts', 'functions/http/any.ts']],
  'functions-handlers-stay-apart': [['functions/saga/j.ts', 'functions/http/any.ts']],
  'inventory-does-not-import-payment': [['grpc-services/inventory/a.ts', 'grpc-services/payment/any.ts']],
  'payment-does-not-import-inventory': [['grpc-services/payment/a.ts', 'grpc-services/inventory/any.ts']],
  'service-common-imports-no-service': [['grpc-services/common/a.ts', 'grpc-services/inventory/any.ts']],
  'engine-only-by-its-public-face': [['tests/a.test.ts', 'packages/stepfunctions/src/journal/any.ts']],
  'engine-only-by-its-package-name': [['tests/b.test.ts', 'packages/stepfunctions/src/core.ts']],
  'pure-core-does-no-io': [
    ['packages/stepfunctions/src/core/a.ts', 'node:fs'],
    ['packages/stepfunctions/src/language/b.ts', 'http'],
  ],
  'pure-core-imports-no-shell': [['packages/stepfunctions/src/core/c.ts', 'packages/stepfunctions/src/journal/any.ts']],
  'language-does-not-import-the-core': [
    ['packages/stepfunctions/src/language/d.ts', 'packages/stepfunctions/src/core/any.ts'],
  ],
  'no-circle-of-files': [['functions/circle-a.ts', 'functions/circle-b.ts']],
  'every-import-resolves': [['functions/e.ts', 'functions/missing.ts']],
};

/** The way back: dependency-cruiser reports a circle once. */
const CLOSES_THE_CIRCLE: Import = ['functions/circle-b.ts', 'functions/circle-a.ts'];

/** Imports that break no rule: the rooms of the table, and test files, which may import any room. */
const ALLOWED: readonly Import[] = [
  ['functions/allowed.ts', 'proto/any.ts'],
  ['functions/http/allowed.ts', 'functions/orders/any.ts'],
  ['grpc-services/allowed.ts', 'proto/any.ts'],
  ['embedded/allowed.ts', 'functions/any.ts'],
  ['verification/allowed.ts', 'statemachines/any.ts'],
  ['tests/allowed.ts', 'verification/any.ts'],
  ['functions/allowed.test.ts', 'tests/any.ts'],
];

const cruiseResult = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
    totalCruised: z.int(),
  }),
});

let folder: string;
let reported: readonly string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
  const imports = [...Object.values(FORBIDDEN).flat(), CLOSES_THE_CIRCLE, ...ALLOWED];
  for (const [, to] of imports) {
    if (to.includes('any.ts') || to.endsWith('/core.ts')) {
      write(to, 'export const any = 1;\n');
    }
  }
  for (const [from, to] of imports) {
    write(from, `import { any } from '${specifier(from, to)}';\nconsole.log(any);\n`);
  }
  const rooms = [...new Set(imports.map(([from]) => from.split('/')[0] ?? ''))];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [CRUISER, '--config', CONFIGURATION, '--output-type', 'json', ...rooms],
    { cwd: folder, encoding: 'utf8' },
  );
  if (stdout === '') {
    throw new Error(`dependency-cruiser failed: ${stderr}`);
  }
  const { summary } = cruiseResult.parse(JSON.parse(stdout));
  reported = summary.violations.map(({ rule, from, to }) => violation(rule.name, from, to));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the fixtures break every rule on imports', () => {
  const { forbidden }: { readonly forbidden: readonly { readonly name: string }[] } = createRequire(import.meta.url)(
    CONFIGURATION,
  );
  expect(Object.keys(FORBIDDEN).toSorted()).toEqual(forbidden.map(({ name }) => name).toSorted());
});

test.each(Object.entries(FORBIDDEN).flatMap(([rule, imports]) => imports.map(([from, to]) => ({ rule, from, to }))))(
  'the import rule $rule forbids $from to import $to',
  ({ rule, from, to }) => {
    const target = rule === 'every-import-resolves' ? specifier(from, to) : to.replace('node:', '');
    expect(reported).toContain(violation(rule, from, target));
  },
);

test.each(ALLOWED)('the import rules allow %s to import %s', (from, to) => {
  expect(reported.filter((line) => line.endsWith(violation('', from, to)))).toEqual([]);
});

test('the table of rooms refuses a circle of rooms', () => {
  const table = readFileSync(CONFIGURATION, 'utf8');
  const circle = table.replace("functions: ['proto', 'telemetry',", "functions: ['proto', 'telemetry', 'embedded',");
  expect(circle).not.toBe(table);
  write('circle.cjs', circle);
  write('packages/stepfunctions/package.json', '{ "exports": {} }');
  const load = createRequire(join(folder, 'any.cjs'));
  expect(() => load('./circle.cjs')).toThrow('functions may import only rooms that are listed above it');
});

function violation(rule: string, from: string, to: string): string {
  return `${rule}: ${from} -> ${to}`;
}

function specifier(from: string, to: string): string {
  return to.includes('/') ? `${'../'.repeat(from.split('/').length - 1)}${to}` : to;
}

function write(path: string, text: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
