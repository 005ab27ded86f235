import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { shared } from '../support/shared-stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a short load test loses no accepted order, breaks no invariant, and reports both', async () => {
  const results = await mkdtemp(join(tmpdir(), 'load-smoke-'));
  try {
    const { http, endpoint, inventory } = shared.stack.urls;
    const addresses = ['--endpoint', http, '--aws-endpoint', endpoint, '--inventory', inventory];
    const options = ['--duration', '0.2', '--results', results, '--name', 'short', ...addresses];
    const run = promisify(execFile)(process.execPath, ['verification/load/main.ts', '--profile', 'smoke', ...options], {
      cwd: root,
    });
    const { stdout } = await run;
    expect(stdout).toContain('Result: passed.');
    const report = reportSchema.parse(JSON.parse(await readFile(join(results, 'short.json'), 'utf8')));
    const ended = Object.values(report.orders.by_status).reduce((sum, count) => sum + count, 0);
    expect(ended).toBe(report.orders.accepted);
    expect(report.orders.accepted).toBeGreaterThan(30);
    expect(await readFile(join(results, 'short.svg'), 'utf8')).toContain('</svg>');
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}, 240_000);

const reportSchema = z.object({
  orders: z.object({ accepted: z.int(), by_status: z.record(z.string(), z.int()) }),
  invariants: z.object({ verdict: z.literal('all hold') }),
});
