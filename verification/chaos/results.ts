import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChaosReport } from './report/chaos-report.ts';

/** Writes a report as JSON and Markdown, over an earlier one of the same name. Returns the path without ending. */
export async function writeResults(
  folder: string,
  name: string,
  report: ChaosReport,
  markdown: string,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(`${path}.md`, markdown);
  return path;
}
