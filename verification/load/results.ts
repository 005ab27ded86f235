import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadChartOf } from './report/load-chart.ts';
import type { LoadReport } from './report/load-report.ts';

/** Where results go unless told otherwise; git ignores it. */
export const defaultResultsFolder = fileURLToPath(new URL('results', import.meta.url));

/** Where the answers of a run are written down; an earlier run's are removed. */
export async function newExchangeLog(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.answers.jsonl`);
  await rm(file, { force: true });
  return file;
}

/** Writes a report as JSON, Markdown and SVG, over an earlier one of the same name. Returns the path without ending. */
export async function writeResults(folder: string, report: LoadReport, markdown: string): Promise<string> {
  const path = join(folder, report.name);
  await writeFile(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(`${path}.md`, markdown);
  await writeFile(`${path}.svg`, loadChartOf(report));
  return path;
}
