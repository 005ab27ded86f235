import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type PackagedTemplate, packageTemplate } from './packaged-template.ts';

const LONG = 240_000;

/** Findings that stay, each with the reason. A finding that is gone must go from here too. */
const ACCEPTED: Readonly<Record<string, string>> = {
  CKV_AWS_18: 'Access logs of the deployment bucket: only CloudFormation reads it, and CloudTrail records who.',
  CKV_AWS_26: 'CloudWatch cannot publish to a topic with SNS’s own key; alarms hold names and numbers of metrics.',
  CKV_AWS_59: 'Health, documentation and console are public. The provider’s events are signed (docs/security.md).',
  CKV_AWS_111:
    'Lambda makes the network interfaces of a function, which takes no narrower resource; its code is denied it.',
  CKV_AWS_115:
    'A limit a function would take concurrency from the others; placeOrder limits itself (docs/back-pressure.md).',
  CKV_AWS_116: 'No function is invoked asynchronously but by schedules, whose next run does what the last one did not.',
  CKV_AWS_117: 'Only functions that call the services are in the network; the others would need a NAT gateway there.',
  CKV_AWS_119: 'AWS’s key encrypts the tables; a key of your own costs money and protects from nobody else here.',
  CKV_AWS_158: 'CloudWatch encrypts logs with its own key, and nothing secret is logged (docs/security.md).',
  CKV_AWS_173: 'Lambda encrypts variables with its own key, and they hold hashes and names of secrets.',
};

const checkov = ['checkov', 'python3 -m checkov.main']
  .map((command) => command.split(' '))
  .find(([program = '', ...rest]) => spawnSync(program, [...rest, '--version']).status === 0);
if (checkov === undefined) {
  process.stderr.write('checkov is not installed (pip install checkov): the template is NOT scanned.\n');
}

const report = z.object({
  results: z.object({ failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string() })) }),
  summary: z.object({ passed: z.number(), parsing_errors: z.number() }),
});

let packaged: PackagedTemplate;
beforeAll(async () => {
  packaged = await packageTemplate('prod');
}, LONG);
afterAll(() => packaged?.remove());

(checkov === undefined ? test.skip : test)(
  'checkov finds in the packaged template exactly what is accepted',
  () => {
    const [program = '', ...rest] = checkov ?? [];
    const options = ['--file', packaged.file, '--framework', 'cloudformation', '--quiet', '--output', 'json'];
    const { stdout } = spawnSync(program, [...rest, ...options], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    const { results, summary } = report.parse(JSON.parse(stdout));
    expect(summary).toMatchObject({ parsing_errors: 0, passed: expect.any(Number) });
    expect(summary.passed).toBeGreaterThan(500);
    const found = new Map(results.failed_checks.map(({ check_id, resource }) => [check_id, resource]));
    expect(Object.fromEntries([...found].filter(([id]) => ACCEPTED[id] === undefined))).toEqual({});
    expect(Object.keys(ACCEPTED).filter((id) => !found.has(id))).toEqual([]);
  },
  LONG,
);
