import * as z from 'zod';

const advisory = z.object({ name: z.string(), title: z.string(), url: z.string(), severity: z.string() });

/** What `npm audit --json` prints; `via` names another package where that one brings the fault along. */
const report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), advisory])) })),
});

/** One advisory that concerns a package of ours. */
export interface Finding {
  /** Such as GHSA-xxxx-xxxx-xxxx. */
  readonly id: string;
  readonly packageName: string;
  readonly severity: string;
  readonly title: string;
}

/** Thrown where the registry gave no report: that nothing was found does not follow. */
export class NoAuditError extends Error {
  override readonly name = 'NoAuditError';
}

/**
 * The advisories of a report, each once for each package.
 *
 * @throws NoAuditError where the text is no report
 */
export function findingsOf(text: string): readonly Finding[] {
  const parsed = report.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new NoAuditError(`npm audit gave no report: ${text.trim().slice(0, 500)}`);
  }
  const found = Object.values(parsed.data.vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((cause) => typeof cause !== 'string')
    .map(({ name, title, url, severity }) => ({
      id: url.split('/').at(-1) ?? url,
      packageName: name,
      severity,
      title,
    }));
  return [...new Map(found.map((finding) => [keyOf(finding.id, finding.packageName), finding])).values()];
}

/** The findings that no row `| advisory | package | why |` of the document explains. */
export function unexplained(findings: readonly Finding[], document: string): readonly Finding[] {
  const explained = new Set(
    document
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter((cells) => cells.length === 5 && cells[3] !== '')
      .map(([, id = '', packageName = '']) => keyOf(id, packageName)),
  );
  return findings.filter(({ id, packageName }) => !explained.has(keyOf(id, packageName)));
}

function keyOf(id: string, packageName: string): string {
  return `${id} ${packageName}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NoAuditError(`npm audit gave no JSON: ${text.trim().slice(0, 500)}`, { cause });
  }
}
