import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findingsOf, NoAuditError, unexplained } from './audit-findings.ts';

// As npm 11 prints it.
function advisory(name: string, id: string) {
  return {
    source: 1_100_000,
    name,
    dependency: name,
    title: `${name} may be stopped by a long header`,
    url: `https://github.com/advisories/${id}`,
    severity: 'high',
    cwe: ['CWE-400'],
    cvss: { score: 7.5, vectorString: null },
    range: '<1.2.3',
  };
}
function report(vulnerabilities: object) {
  return JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: { total: 2 } } });
}
const ONE = report({
  deep: {
    name: 'deep',
    severity: 'high',
    isDirect: false,
    via: [advisory('deep', 'GHSA-aaaa-bbbb-cccc')],
    effects: ['top'],
  },
  top: {
    name: 'top',
    severity: 'high',
    isDirect: true,
    via: ['deep', advisory('deep', 'GHSA-aaaa-bbbb-cccc')],
    effects: [],
  },
});
const EXPLAINED =
  '| advisory | package | why |\n|---|---|---|\n| GHSA-aaaa-bbbb-cccc | deep | no header reaches it |\n';

describe('a report', () => {
  test('names each advisory once, whatever brings the package along', () => {
    expect(findingsOf(ONE)).toEqual([
      expect.objectContaining({ id: 'GHSA-aaaa-bbbb-cccc', packageName: 'deep', severity: 'high' }),
    ]);
    expect(findingsOf(report({}))).toEqual([]);
  });

  test.each([
    '',
    'not found',
    '{}',
    '{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":"","detail":""}}',
    '{"auditReportVersion":3,"vulnerabilities":{}}',
  ])('that is none is not a clean one: %j', (text) => {
    expect(() => findingsOf(text)).toThrow(NoAuditError);
  });
});

describe('a finding is explained', () => {
  test('by a row for it', () => {
    expect(unexplained(findingsOf(ONE), EXPLAINED)).toEqual([]);
  });

  test.each([
    ['no row', ''],
    ['a row of another advisory', EXPLAINED.replace('aaaa', 'dddd')],
    ['a row of another package', EXPLAINED.replace('deep', 'wide')],
    ['a row without a reason', EXPLAINED.replace('no header reaches it', '')],
    ['a mention elsewhere', 'GHSA-aaaa-bbbb-cccc of deep'],
  ])('not by %s', (_what, document) => {
    expect(unexplained(findingsOf(ONE), document)).toHaveLength(1);
  });
});

test.each([
  ['nothing found', report({}), 0],
  ['a finding that nobody explained', ONE, 1],
  ['no answer', '{"statusCode":405}', 2],
])('the check ends with %s', (_what, input, code) => {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'check-audit.ts')], { input });
  expect(status).toBe(code);
});
