import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a report as JSON, with its other representations beside it. It replaces earlier files of the same name.
 *
 *     await writeResults('results', 'smoke', report, { '.md': markdown, '.svg': chart });
 *
 * @param others the content by file ending, such as `.md`
 * @returns the common path, without an ending
 */
export async function writeResults(
  folder: string,
  name: string,
  report: object,
  others: Readonly<Record<string, string>>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  for (const [ending, content] of Object.entries(others)) {
    await writeFile(`${path}${ending}`, content);
  }
  return path;
}
