import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { SCENARIOS } from '../verification/demo/scenarios.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the demo takes an order to every outcome on a stack of its own', async () => {
  const demo = join(root, 'verification', 'demo', 'main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [demo, '--own-stack'], { cwd: root });
  for (const { name } of SCENARIOS) {
    expect(stdout).toMatch(new RegExp(`\\| ${name} .* \\| yes +\\|`));
  }
  expect(stdout).toMatch(/webhook: its receiver took [1-9]\d+ events of \d+ orders, each signed/);
  expect(stdout).toContain('Invariants: all hold');
  expect(stdout).toContain('All is as it must be.');
  expect(stdout).not.toContain('\u001b[');
}, 240_000);
