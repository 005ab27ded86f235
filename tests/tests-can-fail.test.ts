import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../embedded/configuration.ts';
import { toothlessTests } from './support/test-shapes.ts';

test('no test of any room has a shape with which it can stay green whatever the code does', () => {
  const rooms =
    '{console,embedded,functions,grpc-services,localstack,packages,proto,scripts,statemachines,tests,verification}';
  const files = globSync(`${rooms}/**/*.test.ts`, { cwd: PROJECT_ROOT, exclude: (name) => name === 'node_modules' });
  expect(files.length).toBeGreaterThan(250);
  const found = files.flatMap((file) =>
    toothlessTests(readFileSync(join(PROJECT_ROOT, file), 'utf8')).map(({ title, why }) => `${file}: ${title}: ${why}`),
  );
  expect(found).toEqual([]);
});

test('every part of a suite runs: one suite of its room imports it', () => {
  const files = globSync('tests/**/*.test.ts', { cwd: PROJECT_ROOT });
  const parts = files.filter((file) => file.endsWith('.part.test.ts'));
  const imported = files.flatMap((file) =>
    [...readFileSync(join(PROJECT_ROOT, file), 'utf8').matchAll(/^import '(\..*\.part\.test\.ts)';$/gm)].map(
      ([, path = '']) => join(dirname(file), path),
    ),
  );
  expect(parts.length).toBeGreaterThan(4);
  expect(imported.toSorted()).toEqual(parts.toSorted());
});

test.each([
  ['no expectation', 'run();', 'expects nothing'],
  [
    'an expectation only in a loop over a result',
    'for (const one of all()) { expect(one).toBe(1); }',
    'only in a loop',
  ],
  ['an expectation only in forEach', 'all().forEach((one) => { expect(one).toBe(1); });', 'only in a loop'],
  [
    'an expectation only in a catch clause',
    'try { run(); } catch (error) { expect(error).toBe(1); }',
    'only in a catch',
  ],
  [
    'an expectation only in a handler of a rejection',
    'run().catch((error) => expect(error).toBe(1));',
    'only in a catch',
  ],
  ['a rejection that is swallowed', 'run().catch(() => undefined); expect(1).toBe(1);', 'swallows'],
  ['a rejection that is swallowed while it waits', 'await run().catch(() => {}); expect(1).toBe(1);', 'swallows'],
  ['a call of a function of its file that loops', 'all().map(looping);each();', 'only in a loop'],
])('a test with %s is found', (_what, body, why) => {
  expect(found(body)).toEqual([{ title: 'title', why: expect.stringContaining(why) }]);
});

test.each([
  [
    'an expectation beside its loop',
    'for (const one of all()) { expect(one).toBe(1); } expect(all()).toHaveLength(2);',
  ],
  ['a loop over a literal', 'for (const one of [1, 2]) { expect(one).toBe(1); }'],
  ['a loop over a constant', 'for (const one of ALL) { expect(one).toBe(1); }'],
  ['a loop over a literal of its file', 'for (const [one] of Object.entries(few)) { expect(one).toBe(1); }'],
  ['a call of a function of its file that expects', 'checked(2);'],
  ['an expectation in the argument of a call', 'within(async () => { expect(1).toBe(1); });'],
  ['a property', 'fc.assert(property);'],
  ['a wait that fails when its time is over', 'await eventually(() => done().catch(() => undefined));'],
  ['a rejection that is looked at', 'const error = await run().catch((reason) => reason); expect(error).toBe(1);'],
])('a test with %s is not found', (_what, body) => {
  expect(found(body)).toEqual([]);
});

test('a test of a table is looked at like any other', () => {
  expect(toothlessTests("test.each([1])('title', () => { run(); });")).toEqual([
    { title: 'title', why: 'expects nothing' },
  ]);
});

function found(body: string) {
  return toothlessTests(`
    const few = { one: 1 };
    function checked(value: number): void { expect(value).toBe(2); }
    function each() { for (const one of all()) { expect(one).toBe(1); } }
    test('title', async () => { ${body} });
  `);
}
