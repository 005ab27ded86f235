/**
 * `npm audit --omit=dev --package-lock-only --json | node scripts/check-audit.ts`: fails where an advisory is not explained
 * in docs/audit-findings.md, and where the registry has not answered.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { findingsOf, NoAuditError, unexplained } from './audit-findings.ts';

const DOCUMENT = join(resolve(import.meta.dirname, '..'), 'docs', 'audit-findings.md');

try {
  const findings = findingsOf(await text(process.stdin));
  const open = unexplained(findings, readFileSync(DOCUMENT, 'utf8'));
  for (const { id, packageName, severity, title } of open) {
    console.error(`${severity}: ${packageName}: ${title} (${id})`);
  }
  console.log(`${findings.length} advisories, ${open.length} of them not explained in docs/audit-findings.md`);
  process.exitCode = open.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof NoAuditError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 2;
}
