import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { SourceTextModule } from 'node:vm';
import { expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../embedded/configuration.ts';

/** Programs, which nothing imports. */
const PROGRAMS = /\/(?:main|health-probe|lambda-worker|exploration-process|order-service|telemetry-cost)\.ts$/;

test('no module waits at its top: `require` would refuse it, and Jest load what imports it over and over', () => {
  const rooms = '{aws-clients,console,embedded,functions,grpc-services,infrastructure,proto,statemachines,telemetry}';
  const files = [`${rooms}/**/*.ts`, 'packages/*/{console,src}/**/*.ts', 'verification/**/*.ts'].flatMap((pattern) =>
    globSync(pattern, { cwd: PROJECT_ROOT, exclude: (name) => name === 'node_modules' }),
  );
  const modules = files.filter((file) => !PROGRAMS.test(file) && !file.endsWith('.test.ts'));
  expect(modules.length).toBeGreaterThan(700);
  expect(modules.filter((file) => waits(readFileSync(join(PROJECT_ROOT, file), 'utf8')))).toEqual([]);
});

test('a wait in a function is none at the top', () => {
  expect(waits('export const now: number = await Date.now();')).toBe(true);
  expect(waits('export async function now(): Promise<number> { return await Date.now(); }')).toBe(false);
});

function waits(text: string): boolean {
  const module = new SourceTextModule(stripTypeScriptTypes(text)) as SourceTextModule & { hasTopLevelAwait(): boolean };
  return module.hasTopLevelAwait();
}
