import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { testSettings } from '../../tests/support/service.ts';
import { ConfigurationError } from './environment.ts';
import { faultsFrom } from './faults-file.ts';
import { createLogger } from './logger.ts';

let folder: string;
let file: string;
const never = new AbortController().signal;
const { logger } = testSettings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-'));
  file = join(folder, 'faults.json');
});

afterEach(() => rm(folder, { recursive: true }));

const failing = JSON.stringify({ rules: [{ error_percent: 100 }] });
async function done() {
  return 'done';
}

describe('FAULTS_FILE', () => {
  test('is looked at on every call, so that faults come and go while the service runs', async () => {
    const faults = faultsFrom({ FAULTS_ENABLED: true, FAULTS_FILE: file }, logger);
    expect(await faults.around('Reserve', done, never)).toBe('done');
    await writeFile(file, failing);
    await expect(faults.around('Reserve', done, never)).rejects.toThrow();
    await writeFile(file, '{"rules":[]}');
    expect(await faults.around('Reserve', done, never)).toBe('done');
    await writeFile(file, failing);
    await rm(file);
    expect(await faults.around('Reserve', done, never)).toBe('done');
  });

  test('that cannot be parsed keeps the rules from before and is logged', async () => {
    const lines: string[] = [];
    const log = createLogger('test', 'error', { write: (line) => void lines.push(line) });
    await writeFile(file, failing);
    const faults = faultsFrom({ FAULTS_ENABLED: true, FAULTS_FILE: file }, log);
    await expect(faults.around('Reserve', done, never)).rejects.toThrow();
    await writeFile(file, '{"rules":[{"error_percent":1');
    await expect(faults.around('Reserve', done, never)).rejects.toThrow();
    expect(lines).toHaveLength(1);
    await writeFile(file, '{"rules":[{"error_percent":101}]}');
    await expect(faults.around('Reserve', done, never)).rejects.toThrow();
    expect(lines).toHaveLength(2);
  });

  test('counts for nothing unless faults are enabled', async () => {
    await writeFile(file, failing);
    const faults = faultsFrom({ FAULTS_ENABLED: false, FAULTS_FILE: file }, logger);
    expect(await faults.around('Reserve', done, never)).toBe('done');
  });

  test('is refused in production, and must be named where faults are enabled', () => {
    const production = { FAULTS_ENABLED: true, FAULTS_FILE: file, NODE_ENV: 'production' };
    expect(() => faultsFrom(production, logger)).toThrow(ConfigurationError);
    expect(() => faultsFrom({ FAULTS_ENABLED: true }, logger)).toThrow(/FAULTS_FILE/);
  });
});
